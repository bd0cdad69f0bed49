// node drawn_samples.js FOLDER: what draw_samples.js makes of the table, the noise and the questions in a folder, as JSON.

import { readFileSync } from "node:fs";

import * as draw from "../../explorer/lesson_files/page/draw_samples.js";

const folder = process.argv[2];
const table = draw.readNoiseTable(
  readFileSync(`${folder}/header.json`, "utf-8"), new Uint8Array(readFileSync(`${folder}/values`)),
);
const asked = JSON.parse(readFileSync(`${folder}/asked.json`, "utf-8"));

// A walk with the noise that was given.
function walked({ x, fresh, way, truth }) {
  const end = Float64Array.from(x);
  let drawn = 0;
  const visited = [];
  draw.walk(table, end, (target) => target.set(fresh[drawn++]), ({ t }, x0) => visited.push({ t, x0: [...x0] }), way, truth);
  return { x: [...end], visited, drawn };
}

function counted({ count, seed, way }) {
  let astray = 0;
  let sum = 0;
  for (const { samples, hallucinated, variance } of draw.drawSamples(table, count, seed, way)) {
    astray += hallucinated.reduce((a, b) => a + b, 0);
    sum += variance.reduce((a, b) => a + b, 0);
    if (samples.length !== hallucinated.length || samples.length !== variance.length) throw new Error("lengths differ");
  }
  return { astray, variance: sum / count, share: draw.shareOf(astray, count) };
}

function followed({ count, seed, low, high }) {
  const found = draw.followSamples(table, count, seed);
  const codes = [0, 1].map((side) => draw.pathCodes(found, side, low, high));
  return {
    steps: found.steps,
    x0: found.x0.map((each) => [...each]),
    hallucinated: found.hallucinated.map((each) => [...each]),
    codes: codes.map(({ y, category, xy, dots }) => ({ y: [...y], category: [...category], xy: [...xy], dots: [...dots] })),
  };
}

process.stdout.write(JSON.stringify({
  values: asked.steps.map((t) => [...table.steps.find((step) => step.t === t).values]),
  walked: asked.walks.map(walked),
  counted: asked.counts.map(counted),
  followed: asked.follow.map(followed),
}));
