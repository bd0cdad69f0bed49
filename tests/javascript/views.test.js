import assert from "node:assert/strict";
import { test } from "node:test";

import { makeScale } from "../../explorer/figures/player/scale.js";
import { isWhole, seenParts, selectedBy, stretched, wholeViews, zoomed } from "../../explorer/figures/player/views.js";
import { axis, film, panel } from "./build.js";

const X = axis(0, 10);
const Y = axis(0, 100);
const close = (found, due) => found.forEach((value, i) => assert.ok(Math.abs(value - due[i]) < 1e-9, `${found}`));

test("a zoom keeps the place under the pointer, and the zoom back restores the view", () => {
  const one = film([panel(X, Y)]);
  const whole = wholeViews(one);
  assert.deepEqual(whole, [{ x: [0, 10], y: [0, 100] }]);
  const before = makeScale(X, whole[0].x, 0, 800);
  const views = zoomed(whole, one, 0, { x: stretched(before, 7, 7, 0.5), y: null });
  close(views[0].x, [3.5, 8.5]);
  assert.deepEqual(views[0].y, [0, 100]);
  assert.equal(isWhole(views, one), false);
  const after = makeScale(X, views[0].x, 0, 800);
  assert.ok(Math.abs(after.pixel(7) - before.pixel(7)) < 1e-9);
  const back = zoomed(views, one, 0, { x: stretched(after, 7, 7, 2), y: null });
  assert.equal(isWhole(back, one), true);
});

test("what lay between two fingers stays between them", () => {
  const before = makeScale(X, [0, 10], 0, 1000);
  const [from, to] = [before.units(300), before.units(400)]; // the middle moves from pixel 300 to 400
  const after = makeScale(X, stretched(before, from, to, 0.5), 0, 1000);
  assert.ok(Math.abs(after.pixel(from) - 400) < 1e-9);
  assert.ok(Math.abs(after.to - after.from - 5) < 1e-9);
});

test("a view neither leaves its axis nor becomes smaller than a 300th of it", () => {
  const one = film([panel(X, Y)]);
  close(zoomed(wholeViews(one), one, 0, { x: [-4, 1], y: null })[0].x, [0, 5]);
  close(zoomed(wholeViews(one), one, 0, { x: [9, 11], y: null })[0].x, [8, 10]);
  const [from, to] = zoomed(wholeViews(one), one, 0, { x: [5, 5], y: null })[0].x;
  close([(from + to) / 2, to - from], [5, 10 / 300]);
});

test("panels with the same axis are zoomed together, if the film's panels share x", () => {
  const panels = [panel(X, Y), panel(axis(0, 10), axis(0, 1)), panel(axis(0, 20), Y)];
  const shared = film(panels);
  const views = zoomed(wholeViews(shared), shared, 0, { x: [2, 3], y: [10, 30] });
  assert.deepEqual(views, [
    { x: [2, 3], y: [10, 30] }, { x: [2, 3], y: [0, 1] }, { x: [0, 20], y: [10, 30] },
  ]);
  const apart = film(panels, { shared_x: false });
  const alone = zoomed(wholeViews(apart), apart, 0, { x: [2, 3], y: [10, 30] });
  assert.deepEqual(alone.slice(1), wholeViews(apart).slice(1));
});

test("a panel of equal aspect keeps the proportions of its whole", () => {
  const equal = film([panel(X, axis(0, 5), [], { equal: true })]);
  const [view] = zoomed(wholeViews(equal), equal, 0, { x: [4, 6], y: [2, 2.1] });
  close(view.x, [4, 6]);
  close(view.y, [1.55, 2.55]);
});

test("the direction of a drag says which axes it selects", () => {
  const at = (px, py) => ({ panel: 0, px, py, x: px / 10, y: 50 - py / 10 });
  const drag = (to, of = panel(X, Y)) => selectedBy({ from: at(100, 100), to }, of);
  assert.deepEqual(drag(at(107, 103)), { x: null, y: null });
  assert.deepEqual(drag(at(140, 110)), { x: [10, 14], y: null });
  assert.deepEqual(drag(at(60, 100)), { x: [6, 10], y: null });
  assert.deepEqual(drag(at(104, 140)), { x: null, y: [36, 40] });
  assert.deepEqual(drag(at(140, 140)), { x: [10, 14], y: [36, 40] });
  assert.deepEqual(drag(at(140, 101), panel(X, Y, [], { equal: true })), { x: [10, 14], y: [39.9, 40] });
});

test("what is seen is told in data units, and nothing where all is seen", () => {
  const log = axis(0.01, 100, { log: true });
  const one = film([panel(X, Y), panel(log, Y)]);
  const whole = wholeViews(one);
  assert.equal(seenParts(whole, one), "");
  const views = [whole[0], { x: [-1, 1], y: [25, 50] }];
  const [left, right] = JSON.parse(seenParts(views, one));
  close(left, [0, 10, 0, 100]);
  close(right, [0.1, 10, 25, 50]);
});
