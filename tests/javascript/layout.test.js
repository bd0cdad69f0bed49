import assert from "node:assert/strict";
import { test } from "node:test";

import { isInside, layOut, sameAxis } from "../../explorer/figures/player/layout.js";
import { wholeViews } from "../../explorer/figures/player/views.js";
import { axis, CONTEXT, film, panel, THEME } from "./build.js";

// With letters of 20 pixels small ones have 15.6; a title takes 35 above, ticks 24.96 below, and labels of y 3 letters
// of 8 pixels and 10 at the left; 36 lie between panels, and 14 at the right.
const [HEAD, FOOT, GUTTER, GAP, RIGHT] = [35, 24.96, 34, 36, 14];
const X = axis(0, 10);
const Y = axis(0, 10);

function placed(panels, { width = 1000, height = 400, stacked = false, views } = {}) {
  const of = film(panels);
  return layOut(of, views ?? wholeViews(of), width, height, stacked, CONTEXT, THEME);
}

const close = (found, due) => assert.ok(Math.abs(found - due) < 1e-9, `${found}, not ${due}`);

for (const count of [1, 2, 3, 4]) {
  test(`${count} panels with one y axis fill the width, equal in size, and the first has the labels`, () => {
    const plots = placed(Array.from({ length: count }, () => panel(X, Y)));
    const width = (1000 - GUTTER - RIGHT - GAP * (count - 1)) / count;
    plots.forEach((plot, i) => {
      close(plot.left, GUTTER + i * (width + GAP));
      close(plot.width, width);
      close(plot.top, HEAD);
      close(plot.height, 400 - HEAD - FOOT);
      assert.equal(plot.showsY, i === 0);
    });
  });

  test(`${count} panels may be stacked, each with its labels`, () => {
    const plots = placed(Array.from({ length: count }, () => panel(X, Y)), { width: 390, height: 900, stacked: true });
    plots.forEach((plot, i) => {
      close(plot.left, GUTTER);
      close(plot.width, 390 - GUTTER - RIGHT);
      close(plot.top, (i * 900) / count + HEAD);
      close(plot.height, 900 / count - HEAD - FOOT);
      assert.equal(plot.showsY, true);
    });
  });
}

test("another y axis has labels of its own, and room for them", () => {
  const plots = placed([panel(X, Y), panel(X, axis(0, 1)), panel(X, axis(0, 1))]);
  assert.deepEqual(plots.map((plot) => plot.showsY), [true, true, false]);
  const width = (1000 - 2 * GUTTER - RIGHT - 2 * GAP) / 3;
  plots.forEach((plot) => close(plot.width, width));
  close(plots[1].left, GUTTER + width + GAP + GUTTER);
  close(plots[2].left + plots[2].width, 1000 - RIGHT);
});

test("the longest label of any y axis gives the room for all", () => {
  const [plot] = placed([panel(X, axis(0, 10, { names: ["a", "a longer name"], ticks: null }))]);
  close(plot.left, 8 * "a longer name".length + 10);
});

test("a label of x takes a line under the ticks of every panel", () => {
  const plots = placed([panel(axis(0, 10, { label: "x" }), Y), panel(X, Y)]);
  plots.forEach((plot) => close(plot.height, 400 - HEAD - 3.1 * 15.6));
});

for (const count of [1, 2, 3, 4]) {
  test(`in ${count} panels of equal aspect a unit of x is as long as one of y, in the middle of the room`, () => {
    const [wide, tall] = [axis(0, 15), axis(0, 10)];
    const plots = placed(Array.from({ length: count }, () => panel(wide, tall, [], { equal: true })));
    const room = placed(Array.from({ length: count }, () => panel(wide, tall)));
    plots.forEach((plot, i) => {
      close(plot.width / 15, plot.height / 10);
      close(Math.abs(plot.x.slope), Math.abs(plot.y.slope));
      close(plot.left + plot.width / 2, room[i].left + room[i].width / 2);
      close(plot.top + plot.height / 2, room[i].top + room[i].height / 2);
      assert.ok(Math.abs(plot.width - room[i].width) < 1e-9 || Math.abs(plot.height - room[i].height) < 1e-9);
    });
  });
}

test("where a title and what y is have no room side by side, both stand above the plots, a line each", () => {
  const named = (label) => [panel(X, axis(0, 1, { label }), [], { title: "variance" }), panel(X, axis(0, 2))];
  const [roomy] = placed(named("share"), { width: 500 });
  const crowded = placed(named("share of each class of samples"), { width: 500 });
  assert.deepEqual([roomy.lines, ...crowded.map((plot) => plot.lines)], [1, 2, 2]);
  close(roomy.top, HEAD);
  crowded.forEach((plot) => {
    close(plot.top, HEAD + 1.3 * 15.6);
    close(plot.height, 400 - plot.top - FOOT);
  });
});

test("scales carry the view onto the plot, with low y at the bottom", () => {
  const [plot] = placed([panel(X, Y)], { views: [{ x: [2, 4], y: [5, 6] }] });
  assert.deepEqual([plot.x.pixel(2), plot.x.pixel(4)], [plot.left, plot.left + plot.width]);
  assert.deepEqual([plot.y.pixel(5), plot.y.pixel(6)], [plot.top + plot.height, plot.top]);
});

test("axes are the same if they show the same", () => {
  assert.equal(sameAxis(X, axis(0, 10, { ticks: [1] })), true);
  for (const other of [axis(1, 10), axis(0, 11), axis(0, 10, { reverse: true }), axis(0, 10, { label: "x" })]) {
    assert.equal(sameAxis(X, other), false);
  }
  assert.equal(sameAxis(axis(1, 10), axis(1, 10, { log: true })), false);
});

test("a plot ends one pixel beyond its edge", () => {
  const box = { left: 10, top: 20, width: 100, height: 50 };
  assert.deepEqual([isInside(box, 9, 71), isInside(box, 8.9, 30), isInside(box, 50, 71.1)], [true, false, false]);
});
