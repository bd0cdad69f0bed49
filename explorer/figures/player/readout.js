// What the pointer reads off a panel.

import { isKept, judgedRole } from "./judged.js";
import { cellAt, lineOf, lineRole, pointRole } from "./layers.js";
import { isGallery } from "./gallery.js";
import { sameAxis } from "./layout.js";
import {
  AMOUNT_STEPS, atFrame, codesPerCell, COORDINATE_NAN, COORDINATE_STEPS, decode, LEVEL_NAN, LEVEL_STEPS, MOST_STEPS,
} from "./message.js";
import { DOT_REACH, LINE_REACH, nearest, nearestDot, nearestLine } from "./pick.js";
import { formatNumber, readOff, snap } from "./scale.js";
import { PLAYER_WORDS } from "./words.js";

/** @import { Plot } from "./layout.js" */
/** @import { Arrows, Film, HeatMap, Judged, Lines, Panel, Points, Regions, Role } from "./message.js" */
/** @import { Point } from "./pick.js" */
/** @import { Place } from "./views.js" */

/** @typedef {{ name: string, text: string, role: Role }} Row */

/**
 * Where the pointer is, seen on a panel: x and y as they are read, hasY: whether y means something here, and where
 * the pointer lies.
 * @typedef {Point & { hasY: boolean, pointer: Point }} Hover
 */

/**
 * The place of the pointer, seen on panel i, unless its axes mean nothing: the same x, and the same y if the panels
 * have the same axes.
 * @param {Film} film
 * @param {number} i
 * @param {Place} place
 * @returns {Hover | null}
 */
export function hoverOn({ panels, shared_x }, i, { panel, x, y }) {
  const [own, other] = [panels[panel], panels[i]];
  const seen = { x: snap(x, other.x), y: snap(y, other.y), pointer: { x, y } };
  if (isGallery(other)) return null;
  if (i === panel) return { ...seen, hasY: true };
  if (!shared_x || !sameAxis(own.x, other.x)) return null;
  return { ...seen, hasY: sameAxis(own.y, other.y) && !other.layers.every((layer) => layer.kind === "Lines") };
}

/**
 * A row for the x of the pointer, and one for each layer that can be read there.
 * @param {Plot} plot
 * @param {number} frame
 * @param {Hover} at
 * @returns {Row[]}
 */
export function readPanel(plot, frame, at) {
  const { panel } = plot;
  /** @type {(Row | null)[]} */
  const rows = [{ name: panel.x.label || "x", text: readOff(at.x, panel.x), role: "neutral" }];
  const namesY = at.hasY && panel.y.names;
  if (namesY) rows.push({ name: panel.y.label || "y", text: readOff(at.y, panel.y), role: "neutral" });
  const lies = panel.layers.findLast((layer) => layer.kind === "Regions" && cellAt(layer, at.pointer, panel) !== null);
  for (const layer of panel.layers) {
    const alone = layer.kind === "Lines" && layer.y.shape[0] === 1;
    if (alone) rows.push(readLine(layer, 0, frame, at.x, panel));
    if (!at.hasY) continue;
    if (layer.kind === "Lines" && !alone && layer.pick) rows.push(readNearestLine(layer, frame, at, plot));
    if (layer.kind === "HeatMap") rows.push(readHeatMap(layer, frame, at.pointer, panel));
    if (layer.kind === "Regions" && layer === lies) rows.push(readRegion(layer, frame, at.pointer, panel));
    if (layer.kind === "Arrows") rows.push(readArrow(layer, frame, at.pointer, plot));
    if (layer.kind === "Points") rows.push(readPoint(layer, frame, at.pointer, plot));
    if (layer.kind === "Judged") rows.push(readJudged(layer, frame, at.pointer, plot));
  }
  return rows.filter((row) => row !== null);
}

/**
 * A line's value at a place, straight between its points, as it is drawn.
 * @param {Lines} layer
 * @param {number} number
 * @param {number} frame
 * @param {number} units
 * @param {Panel} panel
 * @returns {Row | null}
 */
function readLine(layer, number, frame, units, panel) {
  const x = atFrame(layer.x, frame);
  const y = lineOf(layer, number, frame);
  for (let i = 1; i < x.length; i += 1) {
    const [a, b] = [decode(x[i - 1], panel.x), decode(x[i], panel.x)];
    if ((units - a) * (units - b) > 0 || y[i] === COORDINATE_NAN || y[i - 1] === COORDINATE_NAN) continue;
    const share = a === b ? 0 : (units - a) / (b - a);
    const text = readOff(decode(y[i - 1] + share * (y[i] - y[i - 1]), panel.y), panel.y);
    return { name: layer.name || panel.title, text, role: lineRole(layer, number) };
  }
  return null;
}

/**
 * @param {Lines} layer
 * @param {number} frame
 * @param {Hover} at
 * @param {Plot} plot
 */
function readNearestLine(layer, frame, at, plot) {
  const { index, distance } = nearestLine(layer, frame, at.pointer, plot);
  return distance > LINE_REACH ? null : readLine(layer, index, frame, at.x, plot.panel);
}

/**
 * @param {HeatMap} layer
 * @param {number} frame
 * @param {Point} at
 * @param {Panel} panel
 * @returns {Row | null}
 */
function readHeatMap(layer, frame, at, panel) {
  if (codesPerCell(layer.values) > 1) return null; // a colour is seen, and no number
  const cell = cellAt(layer, at, panel);
  const level = cell === null ? LEVEL_NAN : atFrame(layer.values, frame)[cell];
  if (level === LEVEL_NAN) return null;
  const value = layer.low + (level / LEVEL_STEPS) * (layer.high - layer.low);
  const edge = level === 0 && layer.below ? "≤ " : level === LEVEL_STEPS && layer.above ? "≥ " : "";
  const text = `${edge}${formatNumber(value, 2)} ${layer.unit}`.trim();
  return { name: layer.name || panel.title, text, role: "text" };
}

/**
 * What the kind of a cell is called, and its amount.
 * @param {Regions} layer
 * @param {number} frame
 * @param {Point} at
 * @param {Panel} panel
 * @returns {Row | null}
 */
export function readRegion(layer, frame, at, panel) {
  const cell = cellAt(layer, at, panel);
  const kind = cell === null ? undefined : layer.kinds[atFrame(layer.values, frame)[cell]];
  if (cell === null || kind === undefined) return null;
  const code = layer.amount ? atFrame(layer.amount, frame)[cell] : null;
  const amount = code === null ? "" : `, ${code === MOST_STEPS ? "≥ " : ""}${formatNumber(code / AMOUNT_STEPS, 2)} ${layer.unit}`;
  return { name: layer.name || panel.title, text: `${kind}${amount}`, role: "text" };
}

/**
 * @param {Arrows} layer
 * @param {number} frame
 * @param {Point} at
 * @param {Plot} plot
 * @returns {Row | null}
 */
function readArrow(layer, frame, at, plot) {
  const { index } = nearest(atFrame(layer.xy, frame), at, plot);
  const uv = atFrame(layer.uv, frame);
  if (index < 0 || uv[2 * index] === COORDINATE_NAN) return null;
  const text = [plot.panel.x, plot.panel.y].map((axis, i) => {
    return formatNumber((uv[2 * index + i] / COORDINATE_STEPS) * (axis.end - axis.start));
  });
  return { name: layer.name || "arrow", text: `(${text.join(", ")})`, role: layer.colour };
}

/**
 * @param {Points} layer
 * @param {number} frame
 * @param {Point} at
 * @param {Plot} plot
 * @returns {Row | null}
 */
function readPoint(layer, frame, at, plot) {
  const { index, distance } = nearestDot(layer, frame, at, plot);
  if (distance > DOT_REACH) return null;
  const text = readPair(atFrame(layer.xy, frame), index, plot.panel);
  return { name: layer.name || "point", text, role: pointRole(layer, index, frame) };
}

/**
 * @param {Judged} layer
 * @param {number} frame
 * @param {Point} at
 * @param {Plot} plot
 * @returns {Row | null}
 */
function readJudged(layer, frame, at, plot) {
  const { index, distance } = nearestDot(layer, frame, at, plot);
  if (distance > DOT_REACH) return null;
  const name = isKept(layer, index, frame) ? PLAYER_WORDS.kept : PLAYER_WORDS.removed;
  return { name, text: readPair(layer.xy.codes, index, plot.panel), role: judgedRole(layer, index, frame) };
}

/**
 * @param {ArrayLike<number>} xy
 * @param {number} index
 * @param {Panel} panel
 */
export function readPair(xy, index, panel) {
  return `(${[panel.x, panel.y].map((axis, i) => readOff(decode(xy[2 * index + i], axis), axis)).join(", ")})`;
}
