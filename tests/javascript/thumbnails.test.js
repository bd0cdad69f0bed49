import assert from "node:assert/strict";
import { test } from "node:test";

import { reached } from "../../explorer/ui/learn/thumbnails/thumbnails.js";

test("arrows go to the neighbours of a radio button and around the ends, Home and End to these", () => {
  assert.deepEqual(["ArrowRight", "ArrowDown", "ArrowLeft", "ArrowUp"].map((key) => reached(key, 2, 8)), [3, 3, 1, 1]);
  assert.deepEqual([reached("ArrowRight", 7, 8), reached("ArrowLeft", 0, 8)], [0, 7]);
  assert.deepEqual([reached("Home", 5, 8), reached("End", 5, 8)], [0, 7]);
  assert.deepEqual(["Enter", " ", "a", "Tab"].map((key) => reached(key, 5, 8)), [null, null, null, null]);
});
