// What the tests look at: axes, panels, layers and films as readMessage leaves them, and a context that measures text.

import { addUnits, COORDINATE_NAN, COORDINATE_STEPS } from "../../explorer/figures/player/message.js";

export function axis(low, high, more = {}) {
  const made = { low, high, label: "", log: false, reverse: false, ticks: null, names: null, ...more };
  addUnits(made);
  return made;
}

export function panel(x, y, layers = [], more = {}) {
  const words = { title: "panel", title_colour: "neutral", equal: false, scrub: false };
  return { ...words, cursor: null, cursorUnits: null, x, y, layers, ...more };
}

export function film(panels, more = {}) {
  return { panels, captions: ["only"], slider: "step t", ends: ["", ""], shared_x: true, readings: [], ...more };
}

// The code of a place in axis units, by the formula of explorer/figures/film/codes.py.
export function code(units, { start, end }) {
  if (Number.isNaN(units)) return COORDINATE_NAN;
  return Math.round(((units - (start + end) / 2) / (end - start)) * COORDINATE_STEPS);
}

export function block(codes, shape, frames = 1) {
  return { frames, shape, size: shape.reduce((a, b) => a * b, 1), codes };
}

// Pairs [x, y] in axis units as a block.
export function pairs(places, x, y) {
  return block(Int16Array.from(places.flatMap(([a, b]) => [code(a, x), code(b, y)])), [places.length, 2]);
}

export const THEME = { mode: "light", roles: {}, ink: {}, family: "sans", size: 20, maps: {} };

// Eight pixels a letter.
export const CONTEXT = { font: "", measureText: (text) => ({ width: 8 * text.length }) };
