// What is drawn on a canvas in more than one file.

/** @import { Theme } from "./colour.js" */
/** @import { Box } from "./layout.js" */
/** @import { Orientation } from "./message.js" */

/**
 * The context of a new canvas, which is no part of the page.
 * @param {CanvasRenderingContext2DSettings} [settings]
 */
export function newContext(settings) {
  return contextOf(document.createElement("canvas"), settings);
}

/**
 * The context of a canvas, which has no other than a flat one.
 * @param {HTMLCanvasElement} canvas
 * @param {CanvasRenderingContext2DSettings} [settings]
 */
export function contextOf(canvas, settings) {
  return /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", settings));
}

/**
 * Draw within a box, and leave the context as it was.
 * @param {CanvasRenderingContext2D} context
 * @param {Box} box
 * @param {() => void} draw
 */
export function drawInside(context, { left, top, width, height }, draw) {
  context.save();
  context.beginPath();
  context.rect(left, top, width, height);
  context.clip();
  draw();
  context.restore();
}

/**
 * A line across a box at a pixel of x or of y; of one pixel if nothing else is said.
 * @param {CanvasRenderingContext2D} context
 * @param {Box} box
 * @param {Orientation} orientation
 * @param {number} pixel
 * @param {number} width
 */
export function drawAcross(context, box, orientation, pixel, width = 1) {
  const at = Math.round(pixel) + (width % 2) / 2;
  context.lineWidth = width;
  context.beginPath();
  if (orientation === "x") { context.moveTo(at, box.top); context.lineTo(at, box.top + box.height); }
  else { context.moveTo(box.left, at); context.lineTo(box.left + box.width, at); }
  context.stroke();
}

/**
 * Stroke the context's path, opaque, within a wider stroke of the background's colour.
 * @param {CanvasRenderingContext2D} context
 * @param {number} width
 * @param {string} colour
 * @param {Theme} theme
 */
export function strokeOutlined(context, width, colour, theme) {
  context.globalAlpha = 1;
  context.strokeStyle = theme.roles.ground;
  context.lineWidth = width + 3;
  context.stroke();
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.stroke();
}

/**
 * Write a text with an outline of the background's colour.
 * @param {CanvasRenderingContext2D} context
 * @param {string} text
 * @param {number} x
 * @param {number} y
 * @param {string} colour
 * @param {Theme} theme
 */
export function writeOutlined(context, text, x, y, colour, theme) {
  context.lineJoin = "round";
  context.lineWidth = 4;
  context.strokeStyle = theme.roles.ground;
  context.strokeText(text, x, y);
  context.fillStyle = colour;
  context.fillText(text, x, y);
}
