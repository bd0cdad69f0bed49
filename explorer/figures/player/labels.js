// Direct labels: names of lines beside them, names of the other layers along the top or on their axis.

import { writeOutlined } from "./canvas.js";
import { atFrame, COORDINATE_NAN } from "./message.js";
import { clamp } from "./scale.js";

/** @import { Theme } from "./colour.js" */
/** @import { Plot } from "./layout.js" */
/** @import { Band, Lines, Points, Regions, Rule } from "./message.js" */

/**
 * In each of LABEL_COLUMNS columns of a plot, the highest and lowest pixel that lines reach: [] or [top, bottom].
 * @typedef {number[][]} Columns
 */

/**
 * Where a label stands: in `span` columns from `first`, above or below all lines there.
 * @typedef {{ first: number, span: number, above: boolean }} Stand
 */

/**
 * The label of layer number `which` of the lines. bases: its baseline in each frame that was looked at.
 * @typedef {Stand & { line: Lines, which: number, lines: Lines[], bases: (number | null)[], worth: number }} Label
 */

const LABEL_COLUMNS = 64; // a line is looked at in this many columns when its label is placed
const FAR_LABEL = -240; // a label that would lie this far from its line, by labelWorth, is left out

/**
 * A place for the name of each layer of lines. It keeps its place along x and its side for the whole film, so that it
 * follows the line without jumping: where it is nearest to its line in a few frames, above or below all lines there.
 * @param {CanvasRenderingContext2D} context
 * @param {Plot} plot
 * @returns {Label[]}
 */
export function placeLabels(context, plot) {
  const lines = plot.panel.layers.filter((layer) => layer.kind === "Lines");
  if (!lines.some((line) => line.name)) return [];
  const frames = Math.max(...lines.map((line) => Math.max(line.y.frames, line.x.frames)), 1);
  const sampled = [...new Set([0, 0.2, 0.4, 0.6, 0.8, 1].map((share) => Math.round(share * (frames - 1))))];
  const heights = sampled.map((frame) => lines.map((line) => columnsOf(line, frame, plot)));
  context.font = plot.fonts.label;
  /** @type {Label[]} */
  const labels = [];
  lines.forEach((line, which) => {
    if (!line.name || line.name === plot.panel.title) return;
    const span = Math.ceil((context.measureText(line.name).width / plot.width) * LABEL_COLUMNS);
    /** @type {Label | null} */
    let best = null;
    for (let first = 1; first < LABEL_COLUMNS - span; first += 1) {
      for (const above of [true, false]) {
        const stand = { first, span, above };
        const bases = heights.map((columns) => labelBase(stand, columns, plot));
        const own = heights.map((columns) => columns[which]);
        const worth = labelWorth(stand, bases, own, labels, plot);
        if (best === null || worth > best.worth) best = { ...stand, line, which, lines, bases, worth };
      }
    }
    if (best !== null && best.worth > FAR_LABEL * sampled.length) labels.push(best);
  });
  return labels;
}

/**
 * Less the farther a label lies from its line, and if it leaves the plot or covers another label.
 * @param {Stand} stand
 * @param {(number | null)[]} bases
 * @param {Columns[]} own
 * @param {Label[]} labels
 * @param {Plot} plot
 */
function labelWorth(stand, bases, own, labels, plot) {
  const size = 1.25 * plot.small;
  let worth = 0;
  bases.forEach((base, sample) => {
    const pixels = under(stand, own[sample]);
    if (base === null || pixels.length === 0) { worth -= 200; return; }
    const middle = base - 0.35 * plot.small;
    worth -= Math.max(...pixels.map((y) => Math.abs(y - middle)));
    worth -= 2 * Math.min(...pixels.map((y) => Math.abs(y - middle)));
    if (base - size < plot.top || base > plot.top + plot.height - 4) worth -= 150;
    for (const other of labels) {
      const apart = other.first > stand.first + stand.span + 1 || other.first + other.span + 1 < stand.first;
      if (!apart && Math.abs((other.bases[sample] ?? 0) - base) < size) worth -= 150;
    }
  });
  return worth;
}

/**
 * The baseline of a label above or below every line in its columns; null where there is none.
 * @param {Stand} stand
 * @param {Columns[]} columns
 * @param {Plot} plot
 */
function labelBase(stand, columns, plot) {
  const all = columns.flatMap((ofLine) => under(stand, ofLine));
  if (all.length === 0) return null;
  return stand.above ? Math.min(...all) - 8 : Math.max(...all) + 6 + 0.8 * plot.small;
}

/**
 * The pixels that lines reach in the columns of a label.
 * @param {Stand} stand
 * @param {Columns} columns
 */
function under({ first, span }, columns) {
  return columns.slice(first, first + span + 1).flat();
}

/**
 * The pixels that the lines of a layer reach in each column of the plot.
 * @param {Lines} line
 * @param {number} frame
 * @param {Plot} plot
 * @returns {Columns}
 */
function columnsOf(line, frame, plot) {
  const x = atFrame(line.x, frame);
  const y = atFrame(line.y, frame);
  const column = Array.from(x, (code) => ((plot.x.codePixel(code) - plot.left) / plot.width) * LABEL_COLUMNS);
  /** @type {Columns} */
  const reached = Array.from({ length: LABEL_COLUMNS }, () => []);
  for (let i = 1; i < y.length; i += 1) {
    const to = i % x.length;
    if (to === 0 || y[i] === COORDINATE_NAN || y[i - 1] === COORDINATE_NAN) continue;
    const [a, b] = [column[to - 1], column[to]];
    const last = Math.min(Math.max(a, b), LABEL_COLUMNS - 1);
    for (let at = Math.max(Math.ceil(Math.min(a, b)), 0); at <= last; at += 1) {
      const share = a === b ? 0 : (at - a) / (b - a);
      const pixel = plot.y.codePixel(y[i - 1] + share * (y[i] - y[i - 1]));
      const [top = pixel, bottom = pixel] = reached[at];
      reached[at] = [Math.min(top, pixel), Math.max(bottom, pixel)];
    }
  }
  return reached;
}

/**
 * Write the names of all layers of a panel.
 * @param {CanvasRenderingContext2D} context
 * @param {Plot} plot
 * @param {number} frame
 * @param {Theme} theme
 */
export function drawNames(context, plot, frame, theme) {
  const bottom = plot.top + plot.height;
  context.save();
  context.font = plot.fonts.label;
  context.textBaseline = "alphabetic";
  const lines = plot.labels[0]?.lines ?? [];
  const still = !lines.some((line) => line.moves);
  const columns = still ? [] : lines.map((line) => columnsOf(line, frame, plot));
  for (const label of plot.labels) {
    const base = still ? label.bases[0] : labelBase(label, columns, plot);
    if (base === null) continue;
    const x = plot.left + (label.first / LABEL_COLUMNS) * plot.width;
    const y = clamp(base, plot.top + plot.small, bottom - 6);
    writeOutlined(context, label.line.name, x, y, theme.ink[label.line.colour], theme);
  }
  let x = plot.left + 8;
  for (const layer of plot.panel.layers) {
    if (layer.kind === "Regions") nameRegions(context, layer, plot, theme);
    if (!layer.name || layer.kind === "Lines" || layer.kind === "Regions") continue;
    if (layer.kind === "Band" || layer.kind === "Rule") nameOnAxis(context, layer, plot, theme);
    else if (layer.kind === "Points" && layer.xy.size === 2) nameBeside(context, layer, frame, plot, theme);
    else {
      const role = "colour" in layer ? layer.colour : "neutral";
      writeOutlined(context, layer.name, x, plot.top + 1.3 * plot.small, theme.ink[role], theme);
      x += context.measureText(layer.name).width + 14;
    }
  }
  context.restore();
}

/**
 * The names of regions, where they are seen.
 * @param {CanvasRenderingContext2D} context
 * @param {Regions} layer
 * @param {Plot} plot
 * @param {Theme} theme
 */
function nameRegions(context, layer, plot, theme) {
  context.textAlign = "center";
  for (const [x, y, text] of layer.labels) {
    const [left, up] = [plot.x.pixel(plot.x.axis.toUnits(x)), plot.y.pixel(plot.y.axis.toUnits(y))];
    const seen = left > plot.left && left < plot.left + plot.width && up > plot.top && up < plot.top + plot.height;
    if (seen) writeOutlined(context, text, left, up + 0.35 * plot.small, theme.ink.text, theme);
  }
  context.textAlign = "left";
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Band | Rule} layer
 * @param {Plot} plot
 * @param {Theme} theme
 */
function nameOnAxis(context, layer, plot, theme) {
  const { axis, pixel } = plot[layer.orientation];
  const at = pixel(axis.toUnits(layer.kind === "Band" ? (layer.low + layer.high) / 2 : layer.at));
  const vertical = layer.orientation === "x";
  const [first, size] = vertical ? [plot.left, plot.width] : [plot.top, plot.height];
  if (at < first || at > first + size) return;
  context.textAlign = vertical && layer.kind === "Band" ? "center" : vertical ? "left" : "right";
  const x = vertical ? at + (layer.kind === "Rule" ? 6 : 0) : plot.left + plot.width - 6;
  const y = vertical ? plot.top + plot.small : at - 6;
  writeOutlined(context, layer.name, x, y, theme.ink[layer.colour], theme);
  context.textAlign = "left";
}

/**
 * The name of a single dot, on the side where there is room.
 * @param {CanvasRenderingContext2D} context
 * @param {Points} layer
 * @param {number} frame
 * @param {Plot} plot
 * @param {Theme} theme
 */
function nameBeside(context, layer, frame, plot, theme) {
  const [x, y] = atFrame(layer.xy, frame);
  if (x === COORDINATE_NAN || y === COORDINATE_NAN) return;
  const at = plot.x.codePixel(x);
  const away = layer.size / 2 + 6;
  const fits = at + away + context.measureText(layer.name).width < plot.left + plot.width;
  context.textAlign = fits ? "left" : "right";
  const left = fits ? at + away : at - away;
  writeOutlined(context, layer.name, left, plot.y.codePixel(y) + 0.35 * plot.small, theme.ink[layer.colour], theme);
  context.textAlign = "left";
}
