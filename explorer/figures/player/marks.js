// Marks: a dot for what is kept and a cross for what is removed, drawn, or as pixels that are stamped in thousands.

import { newContext } from "./canvas.js";
import { mix } from "./colour.js";

/** @import { Triple } from "./colour.js" */

/** @typedef {{ offsets: Int32Array, depths: Int32Array }} DepthStamp  what a mark adds to which pixels of a plane */

/** @typedef {{ offsets: Int32Array, colours: Uint32Array }} ColourStamp  the packed colours of a mark's pixels */

export const SUBSTEPS = 4; // places within a pixel, each way, for which a stamp is prepared
export const DEPTH = 256; // the optical depth, in whole numbers, through which 1 / e of what is below is seen
export const OPAQUE = 6 * DEPTH;

/** @type {CanvasRenderingContext2D | null} */
let scratch = null; // made when it is first needed

/**
 * Draw a mark, over an outline of so many pixels if that has a colour.
 * @param {CanvasRenderingContext2D} context
 * @param {number} x
 * @param {number} y
 * @param {boolean} kept
 * @param {number} size
 * @param {string} colour
 * @param {string | null} outlineColour
 * @param {number} outline
 */
export function drawMark(context, x, y, kept, size, colour, outlineColour = null, outline = 0) {
  const width = kept ? 0 : 0.35 * size;
  const arm = 0.45 * size;
  context.beginPath();
  if (kept) context.arc(x, y, size / 2, 0, 2 * Math.PI);
  else for (const side of [-1, 1]) {
    context.moveTo(x - arm, y - side * arm);
    context.lineTo(x + arm, y + side * arm);
  }
  context.lineCap = "round";
  if (outlineColour) {
    context.strokeStyle = outlineColour;
    context.lineWidth = width + 2 * outline;
    context.stroke();
  }
  context.fillStyle = context.strokeStyle = colour;
  context.lineWidth = width;
  if (kept) context.fill();
  else context.stroke();
}

/**
 * The whole pixels from the pixel at the middle of a mark to its farthest.
 * @param {number} size
 * @param {number} outline
 */
export function markReach(size, outline = 0) {
  return Math.ceil(0.65 * size + outline);
}

/**
 * Stamps of a mark's optical depth at this opacity, one for each place within a pixel, for a plane of so many columns.
 * @param {boolean} kept
 * @param {number} size
 * @param {number} columns
 * @param {number} opacity
 * @returns {DepthStamp[]}
 */
export function depthStamps(kept, size, columns, opacity) {
  const reach = markReach(size);
  return Array.from({ length: SUBSTEPS * SUBSTEPS }, (_, i) => {
    const [x, y] = [i % SUBSTEPS, Math.floor(i / SUBSTEPS)].map((step) => reach + (step + 0.5) / SUBSTEPS);
    const pixels = pixelsOf(reach, columns, (context) => drawMark(context, x, y, kept, size, "#000"));
    const depths = pixels.map(({ packed }) => Math.round(-Math.log(1 - ((packed >>> 24) / 255) * opacity) * DEPTH));
    return { offsets: Int32Array.from(pixels, ({ offset }) => offset), depths: Int32Array.from(depths) };
  });
}

/**
 * The stamp of a mark in its colour over an outline, for a plane of so many columns.
 * @param {boolean} kept
 * @param {number} size
 * @param {number} columns
 * @param {string} colour
 * @param {string} outlineColour
 * @param {number} outline
 * @returns {ColourStamp}
 */
export function colourStamp(kept, size, columns, colour, outlineColour, outline) {
  const reach = markReach(size, outline);
  const pixels = pixelsOf(reach, columns, (context) => {
    drawMark(context, reach + 0.5, reach + 0.5, kept, size, colour, outlineColour, outline);
  });
  return {
    offsets: Int32Array.from(pixels, ({ offset }) => offset),
    colours: Uint32Array.from(pixels, ({ packed }) => packed),
  };
}

/**
 * What is drawn in a square of 2 reach + 1 pixels, as packed colours and their offsets from its corner in a plane.
 * @param {number} reach
 * @param {number} columns
 * @param {(context: CanvasRenderingContext2D) => void} draw
 */
function pixelsOf(reach, columns, draw) {
  scratch ??= newContext({ willReadFrequently: true });
  const side = 2 * reach + 1;
  Object.assign(scratch.canvas, { width: side, height: side }); // and bare
  draw(scratch);
  return [...new Uint32Array(scratch.getImageData(0, 0, side, side).data.buffer)]
    .map((packed, i) => ({ packed, offset: Math.floor(i / side) * columns + (i % side) }))
    .filter(({ packed }) => packed >>> 24 > 0);
}

/**
 * 256 packed colours from one to another, without their alpha.
 * @param {Triple} from
 * @param {Triple} to
 */
export function packedMixes(from, to) {
  return Uint32Array.from({ length: 256 }, (_, i) => {
    const [red, green, blue] = mix(from, to, i / 255).map(Math.round);
    return red | (green << 8) | (blue << 16);
  });
}

/** The packed alpha of each optical depth up to OPAQUE. */
export function packedAlphas() {
  return Uint32Array.from({ length: OPAQUE + 1 }, (_, depth) => Math.round(255 * (1 - Math.exp(-depth / DEPTH))) << 24);
}

/**
 * One packed colour over another.
 * @param {number} above
 * @param {number} below
 */
export function packedOver(above, below) {
  const a = above >>> 24;
  const b = ((below >>> 24) * (255 - a)) / 255;
  /** @type {(shift: number) => number} */
  const blend = (shift) => ((((above >>> shift) & 255) * a + ((below >>> shift) & 255) * b) / (a + b)) << shift;
  return (blend(0) & 0xff) | (blend(8) & 0xff00) | (blend(16) & 0xff0000) | ((a + b) << 24);
}
