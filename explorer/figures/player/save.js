// Save what I see: the canvas as it stands, as a file.

import { newContext } from "./canvas.js";

/** @import { Film } from "./message.js" */

const LONGEST_TITLE = 60; // letters of a file name
const KEPT = 60_000; // milliseconds that a browser has to write a file

/**
 * Download a PNG of a canvas over a background, pixel for pixel.
 * @param {HTMLCanvasElement} canvas
 * @param {string} background
 * @param {string} name
 */
export function savePicture(canvas, background, name) {
  const { width, height } = canvas;
  const context = newContext();
  Object.assign(context.canvas, { width, height });
  context.fillStyle = background;
  context.fillRect(0, 0, width, height);
  context.drawImage(canvas, 0, 0);
  context.canvas.toBlob((blob) => {
    if (!blob) return; // there are no pixels
    const href = URL.createObjectURL(blob);
    Object.assign(document.createElement("a"), { href, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(href), KEPT);
  });
}

/**
 * A file name from what is shown and what is written over and under a frame: the titles of its panels, and its caption
 * up to a dot in the middle of the line.
 * @param {Film} film
 * @param {number} frame
 * @param {string} name  page, preset, k and seed
 */
export function fileName({ panels, captions }, frame, name = "") {
  const titles = hyphenated([...new Set(panels.map((panel) => panel.title))].join(" "));
  const cut = titles.length > LONGEST_TITLE ? titles.slice(0, titles.lastIndexOf("-", LONGEST_TITLE)) : titles;
  const parts = [hyphenated(name), cut, hyphenated(captions[frame].split(" · ")[0])].filter(Boolean);
  return `${parts.join("-") || "figure"}.png`;
}

/**
 * The words and numbers of a text, in small plain letters, with hyphens between.
 * @param {string} text
 */
function hyphenated(text) {
  const plain = text.normalize("NFKD").replace(/(\d),(?=\d)/g, "$1").toLowerCase();
  return (plain.match(/\d+\.\d+|[a-z\d]+/g) ?? []).join("-");
}
