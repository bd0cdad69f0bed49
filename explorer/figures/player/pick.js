// Picking: what lies under the pointer, and how the number that is picked shows in every layer that has it.

import { drawInside, strokeOutlined } from "./canvas.js";
import { hallucinatedSize, isKept, judgedRole } from "./judged.js";
import { cellAt, cellBox, drawingOrder, lineOf, lineRole, pointRole, tileOf, tracePath } from "./layers.js";
import { isInside } from "./layout.js";
import { drawMark } from "./marks.js";
import { atFrame, codesPerCell, COORDINATE_NAN, isGap, LEVEL_NAN } from "./message.js";
import { clamp } from "./scale.js";

/** @import { Theme } from "./colour.js" */
/** @import { Plot } from "./layout.js" */
/** @import { HeatMap, Judged, Layer, Lines, Points, Regions, Role } from "./message.js" */

/** @typedef {{ x: number, y: number }} Point  in axis units */

/** @typedef {{ index: number, distance: number }} Nearest  index -1: none; distance in pixels */

/**
 * @template L
 * @typedef {(context: CanvasRenderingContext2D, layer: L, frame: number, plot: Plot, number: number, theme: Theme) =>
 *   void} DrawItem
 */

export const DOT_REACH = 14; // pixels
export const LINE_REACH = 12;
const FAVOUR = 4; // pixels by which a hallucinated dot, on top and larger, counts as nearer

/**
 * The number of the item at a place: the nearest dot, else the nearest line, else the cell; or null.
 * @param {Plot} plot
 * @param {number} frame
 * @param {Point} at
 */
export function itemAt(plot, frame, at) {
  const layers = plot.panel.layers.filter((layer) => layer.pick);
  /** @type {(found: Nearest[], reach: number) => number | null} */
  const nearestWithin = (found, reach) => {
    const best = found.reduce((a, b) => (b.distance < a.distance ? b : a), { index: -1, distance: Infinity });
    return best.distance <= reach ? best.index : null;
  };
  const dots = layers.filter((layer) => layer.kind === "Points" || layer.kind === "Judged");
  const dot = nearestWithin(dots.map((layer) => nearestDot(layer, frame, at, plot)), DOT_REACH);
  if (dot !== null) return dot;
  const lines = layers.filter((layer) => layer.kind === "Lines");
  const line = nearestWithin(lines.map((layer) => nearestLine(layer, frame, at, plot)), LINE_REACH);
  if (line !== null) return line;
  const map = layers.findLast((layer) => layer.kind === "HeatMap" || layer.kind === "Regions");
  return map ? cellToPick(map, frame, at, plot) : null;
}

/**
 * The number of the cell or tile at a place; null where the map holds nothing.
 * @param {HeatMap | Regions} map
 * @param {number} frame
 * @param {Point} at
 * @param {Plot} plot
 */
function cellToPick(map, frame, at, plot) {
  const cell = cellAt(map, at, plot.panel, tileOf(map));
  if (cell === null) return null;
  if (map.kind === "HeatMap" && map.tile > 1) return tileNumber(map, cell);
  return atFrame(map.values, frame)[cell * codesPerCell(map.values)] === LEVEL_NAN ? null : cell;
}

/**
 * @param {HeatMap} map
 * @param {number} tile
 */
function tileNumber({ tiles }, tile) {
  if (!tiles) return tile;
  return tiles[tile] < 0 ? null : tiles[tile];
}

/**
 * The items of a layer that may be picked.
 * @param {Layer} layer
 */
export function itemCount(layer) {
  if (!layer.pick) return 0;
  if (layer.kind === "HeatMap") {
    const shown = layer.tiles?.filter((tile) => tile >= 0).length;
    return shown ?? layer.values.size / codesPerCell(layer.values) / layer.tile ** 2;
  }
  if (layer.kind === "Regions") return layer.values.size;
  return layer.kind === "Lines" ? layer.y.shape[0] : layer.xy.shape[0];
}

/**
 * The dot of a layer that is closest to a place.
 * @param {Points | Judged} layer
 * @param {number} frame
 * @param {Point} at
 * @param {Plot} plot
 */
export function nearestDot(layer, frame, at, plot) {
  const favoured = layer.kind === "Judged" ? layer.hallucinated.codes : undefined;
  return nearest(atFrame(layer.xy, frame), at, plot, favoured);
}

/**
 * The pair of codes that is closest to a place.
 * @param {ArrayLike<number>} xy
 * @param {Point} at
 * @param {Plot} plot
 * @param {ArrayLike<number>} [favoured]
 * @returns {Nearest}
 */
export function nearest(xy, at, plot, favoured) {
  const [x, y] = [plot.x.pixel(at.x), plot.y.pixel(at.y)];
  const [zeroX, zeroY, stepX, stepY] = [plot.x.codePixel(0), plot.y.codePixel(0), plot.x.perCode, plot.y.perCode];
  const found = { index: -1, distance: Infinity };
  for (let i = 0; i < xy.length / 2; i += 1) {
    if (isGap(xy, i)) continue;
    const [dx, dy] = [zeroX + stepX * xy[2 * i] - x, zeroY + stepY * xy[2 * i + 1] - y];
    const distance = Math.sqrt(dx * dx + dy * dy) - (favoured?.[i] ? FAVOUR : 0);
    if (distance < found.distance) Object.assign(found, { index: i, distance });
  }
  return found;
}

/**
 * The line of a layer that is closest to a place, if one is within reach.
 * @param {Lines} layer
 * @param {number} frame
 * @param {Point} at
 * @param {Plot} plot
 * @returns {Nearest}
 */
export function nearestLine(layer, frame, at, plot) {
  const [x, y] = [plot.x.pixel(at.x), plot.y.pixel(at.y)];
  const across = Float32Array.from(atFrame(layer.x, frame), (code) => {
    return code === COORDINATE_NAN ? NaN : plot.x.codePixel(code);
  });
  const within = []; // the segments whose x is within reach
  for (let i = 1; i < across.length; i += 1) {
    const [a, b] = [across[i - 1], across[i]];
    if (Math.min(a, b) <= x + LINE_REACH && Math.max(a, b) >= x - LINE_REACH) within.push(i);
  }
  let found = { index: -1, distance: Infinity };
  for (const index of drawingOrder(layer)) {
    const codes = lineOf(layer, index, frame);
    for (const i of within) {
      if (codes[i] === COORDINATE_NAN || codes[i - 1] === COORDINATE_NAN) continue;
      const [a, b] = [plot.y.codePixel(codes[i - 1]), plot.y.codePixel(codes[i])];
      const distance = toSegment(x, y, across[i - 1], a, across[i], b);
      if (distance <= found.distance) found = { index, distance }; // of two that meet, the one on top
    }
  }
  return found;
}

/**
 * The distance of (x, y) from the segment from a to b.
 * @param {number} x
 * @param {number} y
 * @param {number} ax
 * @param {number} ay
 * @param {number} bx
 * @param {number} by
 */
function toSegment(x, y, ax, ay, bx, by) {
  const [dx, dy] = [bx - ax, by - ay];
  const share = clamp(((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy) || 0, 0, 1);
  return Math.hypot(ax + share * dx - x, ay + share * dy - y);
}

// ---- the one that is picked -----------------------------------------------------------------------------------

/**
 * Mark the picked item of every layer that has it: the way a dot came lies under everything else, and rings on top.
 * @param {CanvasRenderingContext2D} context
 * @param {Plot} plot
 * @param {number} frame
 * @param {number | null} number
 * @param {Theme} theme
 */
export function drawPicked(context, plot, frame, number, theme) {
  if (number === null) return;
  const layers = plot.panel.layers.filter((layer) => number < itemCount(layer));
  drawInside(context, plot, () => {
    for (const layer of layers) if (layer.kind === "Points") drawTrail(context, layer, frame, plot, number, theme);
    for (const layer of layers) {
      if (layer.kind === "Lines") outlineLine(context, layer, frame, plot, number, theme);
      else if (layer.kind === "HeatMap" || layer.kind === "Regions") outlineCell(context, layer, frame, plot, number, theme);
    }
  });
  context.save();
  for (const layer of layers) {
    if (layer.kind === "Points") ringPoint(context, layer, frame, plot, number, theme);
    else if (layer.kind === "Judged") ringJudged(context, layer, frame, plot, number, theme);
  }
  context.restore();
}

/** @type {DrawItem<Points>} */
function drawTrail(context, layer, frame, plot, number, theme) {
  if (layer.xy.frames === 1) return;
  context.lineJoin = "round";
  context.beginPath();
  for (let f = 0, open = false; f <= frame; f += 1) {
    const place = dotPixel(layer, f, plot, number);
    if (place && open) context.lineTo(...place);
    else if (place) context.moveTo(...place);
    open = place !== null;
  }
  context.globalAlpha = 0.6;
  context.strokeStyle = theme.roles.text;
  context.lineWidth = 1.25;
  context.stroke();
}

/** @type {DrawItem<Lines>} */
function outlineLine(context, layer, frame, plot, number, theme) {
  context.lineJoin = "round";
  context.setLineDash(layer.dash ? [6, 5] : []);
  context.beginPath();
  tracePath(context, atFrame(layer.x, frame), lineOf(layer, number, frame), plot);
  strokeOutlined(context, layer.width + 1.5, theme.roles[lineRole(layer, number)], theme);
}

/** @type {DrawItem<HeatMap | Regions>} */
function outlineCell(context, layer, _, plot, number, theme) {
  context.lineJoin = "miter";
  context.setLineDash([]);
  context.beginPath();
  const tiles = layer.kind === "HeatMap" ? layer.tiles : undefined;
  context.rect(...cellBox(layer, tiles?.indexOf(number) ?? number, plot));
  strokeOutlined(context, 2, theme.roles.text, theme);
}

/** @type {DrawItem<Points>} */
function ringPoint(context, layer, frame, plot, number, theme) {
  const place = dotPixel(layer, frame, plot, number);
  if (place) ringMark(context, plot, place, true, layer.size, pointRole(layer, number, frame), theme);
}

/** @type {DrawItem<Judged>} */
function ringJudged(context, layer, frame, plot, number, theme) {
  const place = dotPixel(layer, frame, plot, number);
  const size = layer.hallucinated.codes[number] ? hallucinatedSize(layer) : Math.max(layer.size, 4);
  const [kept, role] = [isKept(layer, number, frame), judgedRole(layer, number, frame)];
  if (place) ringMark(context, plot, place, kept, size, role, theme);
}

/**
 * @param {Points | Judged} layer
 * @param {number} frame
 * @param {Plot} plot
 * @param {number} number
 * @returns {[x: number, y: number] | null}
 */
function dotPixel(layer, frame, plot, number) {
  const xy = atFrame(layer.xy, frame);
  return isGap(xy, number) ? null : [plot.x.codePixel(xy[2 * number]), plot.y.codePixel(xy[2 * number + 1])];
}

/**
 * The mark once more, ringed: whole even at the edge of the plot, and not beyond it.
 * @param {CanvasRenderingContext2D} context
 * @param {Plot} plot
 * @param {[x: number, y: number]} place
 * @param {boolean} kept
 * @param {number} size
 * @param {Role} role
 * @param {Theme} theme
 */
function ringMark(context, plot, [x, y], kept, size, role, theme) {
  if (!isInside(plot, x, y)) return;
  context.beginPath();
  context.arc(x, y, size / 2 + 4.5, 0, 2 * Math.PI);
  context.fillStyle = theme.roles.ground;
  context.fill();
  strokeOutlined(context, 2, theme.roles.text, theme);
  drawMark(context, x, y, kept, size, theme.roles[role]);
}
