import assert from "node:assert/strict";
import { test } from "node:test";

import { Marks, nextOpen, OPEN, stepped } from "../../explorer/ui/label/marks.js";

test("labels stand, an undo takes back the last one that stands, and none is left over", () => {
  const marks = new Marks(4);
  marks.label(0, 1);
  marks.label(1, 0);
  marks.label(0, 2);
  assert.deepEqual(marks.replayed().labels, [2, 0, OPEN, OPEN]);
  assert.equal(marks.undo(), 0);
  assert.deepEqual(marks.replayed().labels, [1, 0, OPEN, OPEN]);
  assert.deepEqual([marks.undo(), marks.undo(), marks.undo()], [1, 0, null]);
  assert.deepEqual(marks.replayed().labels, [OPEN, OPEN, OPEN, OPEN]);
  assert.equal(marks.all.length, 6);
});

test("what the server has written is not told again, and what was done meanwhile stays", () => {
  const marks = new Marks(4);
  marks.label(0, 1);
  marks.label(1, 0);
  assert.deepEqual(marks.unwritten(), { since: 0, marks: [[0, 1], [1, 0]] });
  assert.equal(marks.take([[0, 1]]), false);
  assert.deepEqual(marks.unwritten(), { since: 1, marks: [[1, 0]] });
  marks.label(2, 1);
  assert.equal(marks.take([[0, 1], [1, 0]]), false);
  assert.deepEqual(marks.unwritten(), { since: 2, marks: [[2, 1]] });
  assert.deepEqual(marks.replayed().labels, [1, 0, 1, OPEN]);
});

test("where the server has something else, that holds", () => {
  const marks = new Marks(4);
  marks.label(0, 1);
  assert.equal(marks.take([[0, 0], [1, 1]]), true);
  assert.deepEqual(marks.unwritten(), { since: 2, marks: [] });
  assert.deepEqual(marks.replayed().labels, [0, 1, OPEN, OPEN]);
  assert.equal(marks.take([]), true); // the file is gone
  assert.deepEqual(marks.all, []);
});

test("the next open place: behind, before in the block, then further on, then from the beginning", () => {
  const labels = [OPEN, 1, OPEN, 1, OPEN, 1];
  assert.equal(nextOpen(labels, 1, 3), 2);
  assert.equal(nextOpen([OPEN, 1, 1, 1, OPEN, 1], 2, 3), 0);
  assert.equal(nextOpen([OPEN, 1, 1, 1, OPEN, 1], 5, 1), 0);
  assert.equal(nextOpen([1, 1, 1, 1, OPEN, 1], 2, 3), 4);
  assert.equal(nextOpen([1, 1, 1], 2, 3), 2);
  assert.equal(nextOpen([OPEN, OPEN, OPEN], 2, 3), 0); // where a labelling begins
});

test("arrows go to the neighbours and stay among the pictures", () => {
  assert.deepEqual(
    ["ArrowRight", "ArrowLeft", "ArrowDown", "ArrowUp", "a"].map((key) => stepped(key, 5, 4, 8)),
    [6, 4, 7, 1, null],
  );
  assert.equal(stepped("ArrowLeft", 0, 4, 8), 0);
});
