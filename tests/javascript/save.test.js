import assert from "node:assert/strict";
import { test } from "node:test";

import { fileName } from "../../explorer/figures/player/save.js";
import { axis, film, panel } from "./build.js";

const titled = (titles, captions) => film(titles.map((title) => panel(axis(0, 1), axis(0, 1), [], { title })), { captions });

test("a file is named by the titles and the caption of its frame", () => {
  const score = titled(["truth", "model", "difference"], ["t = 60 · ᾱ = 0.9", "t = 40 · ᾱ = 0.95"]);
  assert.equal(fileName(score, 1), "truth-model-difference-t-40.png");
  assert.equal(fileName(titled(["Density, log axis"], ["step 8,000 · 7.4 s"]), 0), "density-log-axis-step-8000.png");
  assert.equal(fileName(titled(["ROC"], ["threshold 0.122"]), 0), "roc-threshold-0.122.png");
});

test("a title that stands twice is named once, a still has no caption, and nothing is still a name", () => {
  assert.equal(fileName(titled(["samples", "samples"], [""]), 0), "samples.png");
  assert.equal(fileName(titled(["ROC"], ["t = 3"]), 0, "detect-grid-25-k5-seed0"), "detect-grid-25-k5-seed0-roc-t-3.png");
  assert.equal(fileName(titled(["x̂₀ of a/b \\ c:d"], [""]), 0), "x-0-of-a-b-c-d.png");
  assert.equal(fileName(titled(["σ"], [""]), 0), "figure.png");
});

test("long titles are cut between words, and the caption never", () => {
  const name = fileName(titled(Array.from({ length: 4 }, (_, i) => `a long title of panel number ${i}`), ["frame 7"]), 0);
  assert.equal(name, "a-long-title-of-panel-number-0-a-long-title-of-panel-number-frame-7.png");
});
