import assert from "node:assert/strict";
import { test } from "node:test";

import { layOut } from "../../explorer/figures/player/layout.js";
import { itemAt, itemCount } from "../../explorer/figures/player/pick.js";
import { hoverOn, readPanel } from "../../explorer/figures/player/readout.js";
import { wholeViews } from "../../explorer/figures/player/views.js";
import { axis, block, code, CONTEXT, film, pairs, panel, THEME } from "./build.js";

const X = axis(0, 10);
const Y = axis(0, 10);

function plotOf(layers, x = X, y = Y) {
  const of = film([panel(x, y, layers)]);
  return layOut(of, wholeViews(of), 1048, 560, false, CONTEXT, THEME)[0]; // 100 pixels for 1 of x
}

const points = (places) => ({ kind: "Points", name: "", pick: true, xy: pairs(places, X, Y), category: null, colour: "truth" });
const lines = (rows) => ({
  kind: "Lines", name: "", pick: true, colour: "truth", category: null,
  x: block(Int16Array.from([0, 5, 10], (x) => code(x, X)), [3]),
  y: block(Int16Array.from(rows.flat(), (y) => code(y, Y)), [rows.length, 3]),
});
const map = (levels, shape, tile = 1) => ({
  kind: "HeatMap", name: "", pick: true, x: null, y: null, tile, low: 0, high: 2.54, unit: "", below: false, above: true,
  values: block(Uint8Array.from(levels), shape),
});

const regions = (kinds, shape) => ({
  kind: "Regions", name: "ends in", pick: true, x: null, y: null, kinds: ["mode 0", "mode 1", "between modes"],
  values: block(Uint8Array.from(kinds), shape),
});

test("the nearest dot is picked, within 14 pixels", () => {
  const plot = plotOf([points([[2, 2], [2.1, 2], [NaN, 2]])]);
  assert.equal(itemAt(plot, 0, { x: 2.04, y: 2 }), 0);
  assert.equal(itemAt(plot, 0, { x: 2.06, y: 2 }), 1);
  assert.equal(itemAt(plot, 0, { x: 2.23, y: 2 }), 1);
  assert.equal(itemAt(plot, 0, { x: 2.25, y: 2 }), null);
});

test("a hallucinated dot counts as 4 pixels nearer", () => {
  const judged = {
    ...points([[2, 2], [2.1, 2]]), kind: "Judged",
    level: block(Int16Array.of(1, 1), [2]), hallucinated: block(Uint8Array.of(0, 1), [2]),
  };
  const plot = plotOf([judged]);
  assert.equal(itemAt(plot, 0, { x: 2.04, y: 2 }), 1);
  assert.equal(itemAt(plot, 0, { x: 2.02, y: 2 }), 0);
  const at = { x: 2, y: 2, hasY: true, pointer: { x: 2, y: 2 } };
  const [, early] = readPanel(plot, 0, at);
  const [, late] = readPanel(plot, 1, at);
  assert.deepEqual([early.name, late.name], ["removed", "kept"]);
  assert.deepEqual([early.role, late.role], ["neutral", "kept"]);
});

test("a line is picked by its distance at right angles, and not across a gap", () => {
  const plot = plotOf([lines([[1, 1, 1], [4, 4, 9], [7, NaN, 7]])]);
  assert.equal(itemAt(plot, 0, { x: 3, y: 1.1 }), 0);
  assert.equal(itemAt(plot, 0, { x: 7.5, y: 6.5 }), 1); // halfway up its second part
  assert.equal(itemAt(plot, 0, { x: 2.5, y: 7 }), null);
  assert.equal(itemCount(plot.panel.layers[0]), 3);
});

test("a dot comes before a line and a line before a cell", () => {
  const all = plotOf([map([0, 1, 2, 3], [2, 2]), lines([[5, 5, 5]]), points([[5, 5]])]);
  assert.equal(itemAt(all, 0, { x: 5.05, y: 5 }), 0);
  assert.equal(itemAt(all, 0, { x: 8, y: 5 }), 0);
  assert.equal(itemAt(all, 0, { x: 8, y: 8 }), 3); // row 1 is the upper one
});

test("cells and tiles are numbered by rows from the low end", () => {
  const cells = plotOf([map([0, 1, 2, 3, 4, 5], [2, 3])]);
  assert.equal(itemAt(cells, 0, { x: 9, y: 1 }), 2);
  assert.equal(itemAt(cells, 0, { x: 1, y: 9 }), 3);
  assert.equal(itemAt(cells, 0, { x: 11, y: 9 }), null);
  const tiles = plotOf([map(Array(16).fill(0), [4, 4], 2)]);
  assert.equal(itemAt(tiles, 0, { x: 9, y: 1 }), 1);
  assert.equal(itemCount(tiles.panel.layers[0]), 4);
});

test("what may not be picked is not", () => {
  const plot = plotOf([{ ...points([[2, 2]]), pick: false }]);
  assert.equal(itemAt(plot, 0, { x: 2, y: 2 }), null);
  assert.equal(itemCount(plot.panel.layers[0]), 0);
});

test("a single line is read straight between its points, a cell by its level", () => {
  const at = { x: 7.5, y: 8, hasY: true, pointer: { x: 7.5, y: 8 } };
  const rows = readPanel(plotOf([map([0, 10, 20, 254], [2, 2]), lines([[4, 4, 9]])]), 0, at);
  assert.deepEqual(rows.map((row) => row.text), ["7.50", "≥ 2.5", "6.50"]);
  const gap = readPanel(plotOf([map([0, 10, 20, 255], [2, 2]), lines([[4, 4, NaN]])]), 0, at);
  assert.deepEqual(gap.map((row) => row.text), ["7.50"]);
});

test("the pointer is seen on a panel with the same axes, and on none whose axes mean nothing", () => {
  const dots = [points([[2, 2]])];
  const gallery = axis(0, 10, { ticks: [] });
  const of = film([
    panel(X, Y, dots), panel(X, Y, dots), panel(X, axis(0, 1), dots), panel(axis(0, 9), Y, dots), panel(gallery, gallery),
  ]);
  const at = { panel: 0, px: 0, py: 0, x: 3, y: 4 };
  const seen = [0, 1, 2, 3, 4].map((i) => hoverOn(of, i, at));
  assert.deepEqual(seen.map((one) => one?.hasY ?? null), [true, true, false, null, null]);
  assert.deepEqual([seen[2].x, seen[2].pointer], [3, { x: 3, y: 4 }]);
  assert.equal(hoverOn({ ...of, shared_x: false }, 1, at), null);
});

test("a cell of regions is picked by its number and read by the name of its kind", () => {
  const plot = plotOf([regions([0, 1, 2, 255], [2, 2])]);
  assert.equal(itemCount(plot.panel.layers[0]), 4);
  assert.equal(itemAt(plot, 0, { x: 8, y: 2 }), 1);
  assert.equal(itemAt(plot, 0, { x: 2, y: 8 }), 2); // row 1 is the upper one
  assert.equal(itemAt(plot, 0, { x: 8, y: 8 }), null); // of no kind
  const read = (x, y) => readPanel(plot, 0, { x, y, hasY: true, pointer: { x, y } }).filter(({ name }) => name === "ends in");
  assert.deepEqual(read(2, 8), [{ name: "ends in", text: "between modes", role: "text" }]);
  assert.deepEqual(read(8, 2).map(({ text }) => text), ["mode 1"]);
  assert.deepEqual(read(8, 8), []);
});

test("of regions above each other the last is read off, with its amount", () => {
  const below = regions([0], [1, 1]);
  const above = {
    ...regions([1, 1], [1, 2]), x: [2, 4], y: [0, 10], unit: "σ away", amount: block(Uint8Array.of(13, 255), [1, 2]),
  };
  const plot = plotOf([below, above]);
  const read = (x) => readPanel(plot, 0, { x, y: 5, hasY: true, pointer: { x, y: 5 } }).slice(1).map(({ text }) => text);
  assert.deepEqual(read(1), ["mode 0"]);
  assert.deepEqual(read(2.5), ["mode 1, 1.3 σ away"]);
  assert.deepEqual(read(3.5), ["mode 1, ≥ 26 σ away"]);
});
