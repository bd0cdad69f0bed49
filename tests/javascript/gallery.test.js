import assert from "node:assert/strict";
import { test } from "node:test";

import { bestColumns, isGallery, largestAt, wrapGalleries } from "../../explorer/figures/player/gallery.js";
import { atFrame, decode, LEVEL_NAN } from "../../explorer/figures/player/message.js";
import { layOut } from "../../explorer/figures/player/layout.js";
import { itemAt, itemCount } from "../../explorer/figures/player/pick.js";
import { wholeViews } from "../../explorer/figures/player/views.js";
import { axis, block, code, CONTEXT, film, panel, THEME } from "./build.js";

const SIDE = 2; // cells of a tile

// Six tiles in rows of three, each filled with its place as read from the top: 1 2 3 over 4 5 6; place 2 and 6 framed
// at their middles by a line, place 5 marked by a dot.
function gallery() {
  const [x, y] = [axis(0, 3 * SIDE, { ticks: [] }), axis(0, 2 * SIDE, { ticks: [] })];
  const place = (row, column) => (1 - Math.floor(row / SIDE)) * 3 + Math.floor(column / SIDE) + 1;
  const levels = Uint8Array.from({ length: 24 }, (_, i) => place(Math.floor(i / 6), i % 6));
  const map = {
    kind: "HeatMap", name: "", pick: true, x: null, y: null, tile: SIDE, low: 0, high: 1, unit: "", colormap: "ink",
    values: block(levels, [4, 6]),
  };
  const lines = {
    kind: "Lines", name: "", colour: "hallucinated", category: null, pick: false,
    x: block(Int16Array.from([3, 5], (at) => code(at, x)), [2]), y: block(Int16Array.from([3, 1], (at) => code(at, y)), [1, 2]),
  };
  const dots = {
    kind: "Points", name: "", colour: "truth", category: null, pick: false,
    xy: block(Int16Array.of(code(3, x), code(1, y), code(NaN, x), code(NaN, y)), [2, 2]),
  };
  return film([panel(x, y, [map, lines, dots], { equal: true })]);
}

const places = ({ codes }, along) => [...codes].map((each) => Math.round(decode(each, along) * 1e3) / 1e3);

test("squares in a box are as large as a search over all rows finds them", () => {
  for (const [count, width, height] of [[60, 838, 271], [60, 1385, 590], [60, 358, 600], [7, 100, 100], [1, 50, 9], [24, 300, 300]]) {
    const side = (rows) => Math.min(height / rows, width / Math.ceil(count / rows));
    const best = Math.max(...Array.from({ length: count }, (_, i) => side(i + 1)));
    const columns = largestAt(count, { width, height });
    assert.ok(Math.abs(Math.min(width / columns, height / Math.ceil(count / columns)) - best) < 1e-9);
  }
});

test("a gallery asks for columns and another panel for none", () => {
  const plain = film([panel(axis(0, 1), axis(0, 1))]);
  assert.deepEqual(bestColumns(plain, [{ left: 0, top: 0, width: 100, height: 100 }]), [0]);
  assert.equal(isGallery(plain.panels[0]), false);
  assert.deepEqual(bestColumns(gallery(), [{ left: 0, top: 0, width: 100, height: 300 }]), [1]);
  assert.deepEqual(bestColumns(gallery(), [{ left: 0, top: 0, width: 240, height: 120 }]), [3]);
});

test("where the place of a picture says something rows keep their length", () => {
  const shown = gallery();
  shown.panels[0].layers[0].keeps_rows = true;
  assert.deepEqual(bestColumns(shown, [{ width: 600, height: 100 }]), [0]);
  assert.equal(wrapGalleries(shown, [6]), shown);
});

test("pictures keep their order from the top, and frames and marks stay in theirs", () => {
  const given = gallery();
  assert.equal(wrapGalleries(given, [3]), given);
  const { x, y, layers: [map, lines, dots] } = wrapGalleries(given, [2]).panels[0];
  assert.deepEqual([x.end, y.end], [2 * SIDE, 3 * SIDE]);
  const rows = Array.from({ length: 6 }, (_, row) => [...atFrame(map.values, 0).subarray(4 * row, 4 * row + 4)]);
  assert.deepEqual(rows, [[5, 5, 6, 6], [5, 5, 6, 6], [3, 3, 4, 4], [3, 3, 4, 4], [1, 1, 2, 2], [1, 1, 2, 2]]);
  assert.deepEqual([places(lines.x, x), places(lines.y, y)], [[3, 3], [5, 1]]); // the middles of 2 and 6
  assert.deepEqual([...dots.xy.codes.slice(0, 2)].map((each, i) => Math.round(decode(each, [x, y][i]))), [1, 1]);
  assert.deepEqual([...dots.xy.codes.slice(2)], [-32768, -32768]);
});

test("a row that is not full stays open, and a picture is picked by the number that it had", () => {
  const wrapped = wrapGalleries(gallery(), [4]);
  const [map] = wrapped.panels[0].layers;
  assert.deepEqual([...atFrame(map.values, 0).subarray(4, 8)], Array(4).fill(LEVEL_NAN)); // beside 5 and 6
  assert.equal(itemCount(map), 6);
  const [plot] = layOut(wrapped, wholeViews(wrapped), 800, 400, false, CONTEXT, THEME);
  assert.equal(itemAt(plot, 0, { x: 1, y: 3 }), 3); // place 1: the first tile of Python's upper row
  assert.equal(itemAt(plot, 0, { x: 7, y: 3 }), 0); // place 4: the first of its lower row
  assert.equal(itemAt(plot, 0, { x: 7, y: 1 }), null);
});

// The same six tiles in colour: a cell's red is its tile's place, its green ten times that, its blue a hundred less it.
function colourGallery() {
  const given = gallery();
  const [map] = given.panels[0].layers;
  const codes = Uint8Array.from([...map.values.codes].flatMap((place) => [place, 10 * place, 100 - place]));
  given.panels[0].layers[0] = { ...map, colormap: "photo", values: block(codes, [4, 6, 3]) };
  return given;
}

test("pictures in colour are wrapped with all of their colours, and picked as grey ones are", () => {
  const wrapped = wrapGalleries(colourGallery(), [4]);
  const [map] = wrapped.panels[0].layers;
  const grey = wrapGalleries(gallery(), [4]).panels[0].layers[0];
  assert.deepEqual(map.values.shape, [4, 8, 3]);
  const expected = [...atFrame(grey.values, 0)].flatMap((place) => {
    return place === LEVEL_NAN ? Array(3).fill(LEVEL_NAN) : [place, 10 * place, 100 - place];
  });
  assert.deepEqual([...atFrame(map.values, 0)], expected);
  assert.equal(itemCount(map), 6);
  assert.equal(itemCount(colourGallery().panels[0].layers[0]), 6);
  const [plot] = layOut(wrapped, wholeViews(wrapped), 800, 400, false, CONTEXT, THEME);
  assert.equal(itemAt(plot, 0, { x: 7, y: 3 }), 0);
  assert.equal(itemAt(plot, 0, { x: 7, y: 1 }), null);
});
