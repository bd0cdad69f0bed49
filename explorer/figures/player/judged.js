// Judged dots, 100,000 and more, as pixels. In-support ones are stamped into two planes of optical depth, kept and
// removed, whose sums do not depend on an order, so that a frame stamps only the dots that it judges unlike the one
// before. Hallucinated ones are stamped on top in their colour, each over an outline of the background.

import { newContext } from "./canvas.js";
import { parseColour } from "./colour.js";
import { colourStamp, depthStamps, markReach, OPAQUE, packedAlphas, packedMixes, packedOver, SUBSTEPS } from "./marks.js";
import { isGap } from "./message.js";

/** @import { Theme } from "./colour.js" */
/** @import { Plot } from "./layout.js" */
/** @import { ColourStamp, DepthStamp } from "./marks.js" */
/** @import { Judged, Role } from "./message.js" */

/** @typedef {{ numbers: Uint32Array, upTo: Uint32Array }} Ranked  dots by level, and how many are kept at each level */

/** @typedef {{ corners: Int32Array, places: Uint8Array }} Placed  see placeMarks */

/** @typedef {{ plot: Plot, left: number, top: number, columns: number, rows: number }} Grid  device pixels of a plot */

/**
 * The pixels of a layer in one plot, and all that they are made of. frame: the one they show; kept: how many
 * in-support dots are stamped as kept.
 * @typedef {Grid & {
 *   context: CanvasRenderingContext2D, image: ImageData, pixels: Uint32Array, keep: Int32Array, remove: Int32Array,
 *   inSupport: Placed, hallucinated: Placed, dots: DepthStamp[], crosses: DepthStamp[],
 *   hallucinatedDot: ColourStamp, hallucinatedCross: ColourStamp, mixes: Uint32Array, alphas: Uint32Array,
 *   frame: number | null, kept: number,
 * }} Planes
 */

const FEW = 2000; // dots that are drawn at full strength; of more, each is fainter
const LARGER = 2; // hallucinated against in-support, while they are few
const OUTLINE = 1; // pixels around a hallucinated dot, while they are few

/** @type {WeakMap<Judged, { inSupport: Ranked, hallucinated: Ranked }>} */
const RANKS = new WeakMap();
/** @type {WeakMap<Judged, Planes>} */
const PLANES = new WeakMap();

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Judged} layer
 * @param {number} frame
 * @param {Plot} plot
 * @param {Theme} theme
 */
export function drawJudged(context, layer, frame, plot, theme) {
  let planes = PLANES.get(layer);
  if (planes?.plot !== plot) PLANES.set(layer, planes = makePlanes(layer, plot, theme));
  if (planes.frame !== frame) showFrame(layer, planes, frame);
  const { left, top, columns, rows } = planes;
  const [x, y, width, height] = [left, top, columns, rows].map((size) => size / devicePixelRatio);
  context.drawImage(planes.context.canvas, x, y, width, height);
}

/**
 * @param {Judged} layer
 * @param {Planes} planes
 * @param {number} frame
 */
function showFrame(layer, planes, frame) {
  const { inSupport, hallucinated } = ranksOf(layer);
  const { keep, remove, pixels } = planes;
  const kept = keptAt(inSupport, frame);
  const [first, last] = [Math.min(kept, planes.kept), Math.max(kept, planes.kept)];
  const sign = kept > planes.kept ? 1 : -1;
  stampDepth(keep, planes.dots, planes.inSupport, first, last, sign);
  stampDepth(remove, planes.crosses, planes.inSupport, first, last, -sign);
  mixPlanes(planes);
  // Removed ones first: those that stay are what is left to see.
  const stays = keptAt(hallucinated, frame);
  stampColour(pixels, planes.hallucinatedCross, planes.hallucinated, stays, hallucinated.numbers.length);
  stampColour(pixels, planes.hallucinatedDot, planes.hallucinated, 0, stays);
  planes.context.putImageData(planes.image, 0, 0);
  Object.assign(planes, { frame, kept });
}

/**
 * Add the marks from first to last to a plane of optical depth, or take them away again.
 * @param {Int32Array} plane
 * @param {DepthStamp[]} stamps
 * @param {Placed} placed
 * @param {number} first
 * @param {number} last
 * @param {number} sign
 */
function stampDepth(plane, stamps, { corners, places }, first, last, sign) {
  for (let i = first; i < last; i += 1) {
    const corner = corners[i];
    if (corner < 0) continue;
    const { offsets, depths } = stamps[places[i]];
    for (let k = 0; k < offsets.length; k += 1) plane[corner + offsets[k]] += sign * depths[k];
  }
}

/** @param {Planes} planes */
function mixPlanes({ keep, remove, mixes, alphas, pixels }) {
  for (let i = 0; i < pixels.length; i += 1) {
    const depth = keep[i] + remove[i];
    pixels[i] = depth === 0 ? 0 : mixes[((255 * keep[i]) / depth) | 0] | alphas[depth < OPAQUE ? depth : OPAQUE];
  }
}

/**
 * Put the marks from first to last over what is there.
 * @param {Uint32Array} pixels
 * @param {ColourStamp} stamp
 * @param {Placed} placed
 * @param {number} first
 * @param {number} last
 */
function stampColour(pixels, { offsets, colours }, { corners }, first, last) {
  for (let i = first; i < last; i += 1) {
    const corner = corners[i];
    if (corner < 0) continue;
    for (let k = 0; k < offsets.length; k += 1) {
      const at = corner + offsets[k];
      const bare = colours[k] >>> 24 === 255 || pixels[at] === 0;
      pixels[at] = bare ? colours[k] : packedOver(colours[k], pixels[at]);
    }
  }
}

/**
 * The in-support and the hallucinated dots of a layer, ranked once.
 * @param {Judged} layer
 */
function ranksOf(layer) {
  let ranks = RANKS.get(layer);
  if (!ranks) RANKS.set(layer, ranks = { inSupport: rankByLevel(layer, 0), hallucinated: rankByLevel(layer, 1) });
  return ranks;
}

/**
 * The in-support (0) or the hallucinated (1) dots in the order in which they are kept, and how many are at each level.
 * Those of one level stand in the order of y, so that neighbours in memory are stamped one after the other.
 * @param {Judged} layer
 * @param {0 | 1} which
 * @returns {Ranked}
 */
function rankByLevel({ level, hallucinated, xy }, which) {
  /** @type {(number: number) => number} */
  const y = (number) => xy.codes[2 * number + 1];
  const numbers = new Uint32Array(level.size).map((_, i) => i).filter((i) => hallucinated.codes[i] === which)
    .sort((a, b) => level.codes[a] - level.codes[b] || y(a) - y(b));
  const upTo = new Uint32Array((numbers.length ? level.codes[numbers[numbers.length - 1]] : 0) + 1);
  for (const number of numbers) upTo[level.codes[number]] += 1;
  for (let at = 1; at < upTo.length; at += 1) upTo[at] += upTo[at - 1];
  return { numbers, upTo };
}

/**
 * How many dots are kept at a frame.
 * @param {Ranked} ranked
 * @param {number} frame
 */
function keptAt({ upTo }, frame) {
  return upTo[Math.min(frame, upTo.length - 1)];
}

/**
 * @param {Judged} layer
 * @param {number} number
 * @param {number} frame
 */
export function isKept(layer, number, frame) {
  return frame >= layer.level.codes[number];
}

/**
 * The role that says how a dot is judged at a frame.
 * @param {Judged} layer
 * @param {number} number
 * @param {number} frame
 * @returns {Role}
 */
export function judgedRole(layer, number, frame) {
  if (layer.hallucinated.codes[number]) return "hallucinated";
  return isKept(layer, number, frame) ? "kept" : "neutral";
}

/**
 * The size of hallucinated dots: larger than the in-support ones, by less the more there are.
 * @param {Judged} layer
 */
export function hallucinatedSize(layer) {
  return layer.size * LARGER * crowded(ranksOf(layer).hallucinated.numbers.length, 0.2);
}

/**
 * 1 for a few dots, and less for more.
 * @param {number} count
 * @param {number} power
 */
function crowded(count, power) {
  return Math.min(1, (FEW / Math.max(1, count)) ** power);
}

/**
 * Everything that depends on view, size and theme only: where the stamps fall in the planes, and the stamps.
 * @param {Judged} layer
 * @param {Plot} plot
 * @param {Theme} theme
 * @returns {Planes}
 */
function makePlanes(layer, plot, theme) {
  const scale = devicePixelRatio;
  const { inSupport, hallucinated } = ranksOf(layer);
  const thin = OUTLINE * crowded(hallucinated.numbers.length, 0.2);
  const [size, large, outline] = [layer.size, hallucinatedSize(layer), thin].map((length) => length * scale);
  const margin = 2 * markReach(large, outline);
  const [left, top] = [plot.left, plot.top].map((edge) => Math.floor(edge * scale) - margin);
  const [columns, rows] = [plot.width, plot.height].map((side) => Math.ceil(side * scale) + 2 * margin + 1);
  const context = newContext();
  Object.assign(context.canvas, { width: columns, height: rows });
  const image = context.createImageData(columns, rows);
  const opacity = 0.85 * crowded(inSupport.numbers.length, 0.2);
  const { roles } = theme;
  const grid = { plot, left, top, columns, rows };
  const planes = {
    ...grid, context, image,
    pixels: new Uint32Array(image.data.buffer),
    keep: new Int32Array(columns * rows),
    remove: new Int32Array(columns * rows),
    inSupport: placeMarks(inSupport.numbers, layer.xy.codes, markReach(size), grid),
    hallucinated: placeMarks(hallucinated.numbers, layer.xy.codes, markReach(large, outline), grid),
    dots: depthStamps(true, size, columns, opacity),
    crosses: depthStamps(false, size, columns, opacity),
    hallucinatedDot: colourStamp(true, large, columns, roles.hallucinated, roles.ground, outline),
    hallucinatedCross: colourStamp(false, large, columns, roles.hallucinated, roles.ground, outline),
    mixes: packedMixes(parseColour(roles.neutral), parseColour(roles.kept)),
    alphas: packedAlphas(),
    frame: null,
    kept: 0,
  };
  stampDepth(planes.remove, planes.crosses, planes.inSupport, 0, inSupport.numbers.length, 1);
  return planes;
}

/**
 * The corner of each mark's square in a plane, below 0 if it lies beyond, and its middle's place within a pixel.
 * @param {Uint32Array} numbers
 * @param {ArrayLike<number>} xy
 * @param {number} reach
 * @param {Grid} grid
 * @returns {Placed}
 */
function placeMarks(numbers, xy, reach, { plot, left, top, columns, rows }) {
  const [corners, places] = [new Int32Array(numbers.length).fill(-1), new Uint8Array(numbers.length)];
  const [stepX, stepY] = [plot.x.perCode, plot.y.perCode].map((step) => step * devicePixelRatio);
  const [zeroX, zeroY] = [plot.x.codePixel(0) * devicePixelRatio - left, plot.y.codePixel(0) * devicePixelRatio - top];
  for (let i = 0; i < numbers.length; i += 1) {
    if (isGap(xy, numbers[i])) continue;
    const [x, y] = [zeroX + stepX * xy[2 * numbers[i]], zeroY + stepY * xy[2 * numbers[i] + 1]];
    const [column, row] = [Math.floor(x), Math.floor(y)];
    if (column < reach || row < reach || column >= columns - reach || row >= rows - reach) continue;
    corners[i] = (row - reach) * columns + column - reach;
    places[i] = Math.floor((y - row) * SUBSTEPS) * SUBSTEPS + Math.floor((x - column) * SUBSTEPS);
  }
  return { corners, places };
}
