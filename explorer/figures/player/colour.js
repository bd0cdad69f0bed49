// Colours: roles from the palette of the film, colour maps between them, all for the background of the page.

import { newContext } from "./canvas.js";
import { LEVEL_STEPS } from "./message.js";

/** @import { ColourMapName, Film, Role } from "./message.js" */

/** @typedef {[number, number, number]} Triple  red, green and blue from 0 to 255, or a place in Oklab */

/**
 * 256 packed colours for pixels, and one of them as CSS. The last is transparent and stands for NaN.
 * @typedef {{ packed: Uint32Array, css: (level: number) => string }} ColourMap
 */

/**
 * Colours and letters of the page. roles: colours of shapes; ink: of letters; size: of letters, in pixels.
 * @typedef {{
 *   mode: "light" | "dark", roles: Record<Role, string>, ink: Record<Role, string>, family: string, size: number,
 *   maps: Partial<Record<ColourMapName, ColourMap>>,
 * }} Theme
 */

const PICTURE_TINT = 0.08; // share of the text's colour in the darkest or lightest level of a picture
const SEQUENTIAL = {
  light: ["ground", "#c3dfc9", "#5cb0aa", "#39709f", "#2b2767"],
  dark: ["ground", "#343a7c", "#2f7595", "#63b89a", "#f3f3c8"],
};

/**
 * The theme of the page around an element.
 * @param {Element} root
 * @param {Film} film
 * @returns {Theme}
 */
export function readTheme(root, { palette, ink }) {
  const style = getComputedStyle(root);
  const ground = parseColour(style.getPropertyValue("--st-background-color") || "#ffffff");
  const [red, green, blue] = ground.map((part) => (part / 255) ** 2.2);
  const mode = 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.4 ? "light" : "dark";
  const roles = { ...palette[mode], ground: `rgb(${ground.join(",")})` };
  return { mode, roles, ink: ink[mode], family: style.fontFamily, size: parseFloat(style.fontSize), maps: {} };
}

/**
 * A CSS colour.
 * @param {string} text
 * @returns {Triple}
 */
export function parseColour(text) {
  const context = newContext();
  context.fillStyle = text.trim();
  context.fillRect(0, 0, 1, 1);
  const [red, green, blue] = context.getImageData(0, 0, 1, 1).data;
  return [red, green, blue];
}

/**
 * A colour map in a theme.
 * @param {Theme} theme
 * @param {ColourMapName} name
 */
export function colourMap(theme, name) {
  theme.maps[name] ??= buildColourMap(theme, name);
  return theme.maps[name];
}

/**
 * @param {Theme} theme
 * @param {ColourMapName} name
 * @returns {ColourMap}
 */
function buildColourMap({ mode, roles }, name) {
  const anchors = {
    sequential: SEQUENTIAL[mode].map((anchor) => roles[anchor] ?? anchor),
    diverging: [roles.truth, roles.ground, roles.hallucinated],
    faint: [roles.ground, roles.neutral],
    ink: [roles.ground, roles.text],
    wrong: [roles.ground, roles.hallucinated],
    photo: ["#000000", "#ffffff"],
  }[name].map((anchor) => toOklab(parseColour(anchor)));
  if (name === "faint") anchors[1] = mix(anchors[0], anchors[1], 0.3);
  if (name === "ink") anchors[0] = mix(anchors[0], anchors[1], PICTURE_TINT); // a picture stands out from the page
  const bytes = new Uint8ClampedArray(256 * 4);
  for (let level = 0; level <= LEVEL_STEPS; level += 1) {
    const share = level / LEVEL_STEPS;
    const at = Math.min(share * (anchors.length - 1), anchors.length - 1.000001);
    const lab = mix(anchors[Math.floor(at)], anchors[Math.floor(at) + 1], at % 1);
    // Equal steps of lightness are what makes equal steps of value look equal.
    if (name === "sequential") lab[0] = anchors[0][0] + (anchors[4][0] - anchors[0][0]) * share;
    const grey = 255 * share; // of a photograph, as a file holds it, on any ground
    bytes.set([...(name === "photo" ? [grey, grey, grey] : fromOklab(lab)), 255], level * 4);
  }
  return { packed: new Uint32Array(bytes.buffer), css: (level) => `rgb(${bytes.slice(level * 4, level * 4 + 3)})` };
}

/**
 * Between a at share 0 and b at share 1.
 * @param {Triple} a
 * @param {Triple} b
 * @param {number} share
 */
export function mix(a, b, share) {
  return /** @type {Triple} */ (a.map((value, i) => value + (b[i] - value) * share));
}

/**
 * Oklab (Ottosson 2020).
 * @param {Triple} rgb
 * @returns {Triple}
 */
function toOklab(rgb) {
  const [r, g, b] = rgb.map((v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

/** @param {Triple} lab */
function fromOklab([lightness, a, b]) {
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ].map((v) => 255 * (v <= 0.0031308 ? 12.92 * v : 1.055 * v ** (1 / 2.4) - 0.055));
}
