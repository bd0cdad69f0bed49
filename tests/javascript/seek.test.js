import assert from "node:assert/strict";
import { test } from "node:test";

import { describeItem, following, inOrder, soughtLayer } from "../../explorer/figures/player/seek.js";
import { axis, block, film, pairs, panel } from "./build.js";

const X = axis(0, 10, { label: "x" });
const Y = axis(0, 10, { label: "variance" });
const PLACES = [[1, 1], [2, 9], [3, 4], [4, 7], [5, 2]];
const judged = {
  kind: "Judged", name: "", pick: true, xy: pairs(PLACES, X, Y),
  level: block(Int16Array.of(1, 9, 4, 7, 9), [5]), hallucinated: block(Uint8Array.of(0, 1, 0, 1, 0), [5]),
};
const dots = (pick) => ({ kind: "Points", name: "", pick, xy: pairs(PLACES, X, Y), category: null, colour: "truth" });

test("judged dots come before other items, and a layer that cannot be picked is none", () => {
  const found = soughtLayer(film([panel(X, Y, [dots(true)]), panel(X, Y, [judged])]));
  assert.equal(found?.layer, judged);
  assert.equal(soughtLayer(film([panel(X, Y, [dots(false)])])), null);
  assert.equal(soughtLayer(film([panel(X, Y, [dots(true)])]))?.layer.kind, "Points");
});

test("hallucinated ones come by number, suspicious ones from the highest threshold that removes them", () => {
  assert.deepEqual(inOrder(judged, "all", 0), [0, 1, 2, 3, 4]);
  assert.deepEqual(inOrder(judged, "hallucinated", 0), [1, 3]);
  assert.deepEqual(inOrder(judged, "suspicious", 0), [1, 4, 3, 2, 0]);
  assert.deepEqual(inOrder(dots(true), "suspicious", 0), []);
  const lines = {
    kind: "Lines", pick: true, colour: "model", colours: ["model", "hallucinated"],
    category: block(Uint8Array.of(0, 1, 1), [3]), y: block(new Int16Array(6), [3, 2]), x: block(new Int16Array(2), [2]),
  };
  assert.deepEqual(inOrder(lines, "hallucinated", 0), [1, 2]);
});

test("a key goes on from what is picked, and around the ends", () => {
  assert.equal(following([1, 3], null, 1), 1);
  assert.equal(following([1, 3], null, -1), 3);
  assert.equal(following([1, 3], 1, 1), 3);
  assert.equal(following([1, 3], 3, 1), 1);
  assert.equal(following([1, 3], 1, -1), 3);
  assert.equal(following([1, 3], 2, 1), 1); // picked by a click, and none of these
});

test("what is found is said: its number, what it is, how it is judged and where it lies", () => {
  const layer = { ...judged, level: block(Int16Array.of(1, 9, 4, 7, 9), [5]) };
  const said = (number, frame) => describeItem(layer, panel(X, Y), number, frame);
  assert.match(said(1, 8), /^Sample 2 of 5, hallucinated, removed, x and variance \(2\.00, 9\.00\)\.$/);
  assert.match(said(1, 9), /^Sample 2 of 5, hallucinated, kept, /);
  assert.match(said(0, 0), /^Sample 1 of 5, not hallucinated, removed, /);
  assert.match(describeItem(dots(true), panel(X, Y), 2, 0), /^Sample 3 of 5, x and variance \(3\.00, 4\.00\)\.$/);
});
