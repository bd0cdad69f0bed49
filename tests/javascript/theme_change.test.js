import assert from "node:assert/strict";
import { test } from "node:test";

import render from "../../explorer/ui/shell/theme_change.js";

/** A place of the component whose ground is what `page.ground` says, and what it asks for. */
function place(page) {
  const asked = [];
  globalThis.getComputedStyle = () => ({ getPropertyValue: () => ` ${page.ground}` });
  const parentElement = { querySelector: () => ({}) };
  const draw = (data) => render({ data, parentElement, setTriggerValue: (...said) => asked.push(said) });
  return { draw, asked };
}

test("a page that was drawn for its theme is left alone", () => {
  const { draw, asked } = place({ ground: "#FAFAF7" });
  draw("#fafaf7");
  assert.deepEqual(asked, []);
});

test("one that was not is asked for once, and again when it turns back", () => {
  const page = { ground: "#111318" };
  const { draw, asked } = place(page);
  draw("#fafaf7");
  draw("#fafaf7");
  assert.deepEqual(asked, [["turned", "#111318"]]);
  draw("#111318");
  page.ground = "#fafaf7";
  draw("#111318");
  assert.deepEqual(asked.at(-1), ["turned", "#fafaf7"]);
  assert.equal(asked.length, 2);
});
