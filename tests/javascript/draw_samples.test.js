import assert from "node:assert/strict";
import { test } from "node:test";

import {
  drawInTurns, drawSamples, followSamples, hallucinated, histogram, learnedNoise, NormalNoise, pathCodes, readNoiseTable, shareOf,
  trueNoise, walk,
} from "../../explorer/lesson_files/page/draw_samples.js";

const MODES = [{ mean: 1, sigma: 0.1, weight: 0.5 }, { mean: -1, sigma: 0.1, weight: 0.5 }];

// Two steps whose noise is x / 2: codes 0, 1, ..., 8 from -4 to 4.
function table(more = {}) {
  const differences = new Uint8Array(new Uint16Array([0, 1, 0, 0, 0, 0, 0, 0, 0]).buffer);
  const step = { at: 0, count: 9, low: -4, high: 4, floor: -2, scale: 0.5, alpha_bar: 0.64 };
  const header = {
    preset: "two", sampler: "DDPM", switch: 0, k: 5, window: [0, 1], modes: MODES, shown: [1, 0], exact: 0, of_table: 0,
    steps: [
      { ...step, t: 1, ddpm: [0.5, 0.25, 0.1], ddim: [0.75, 0.5, 0] },
      { ...step, t: 0, alpha_bar: 1, ddpm: [1, 0, 0], ddim: [1, 0, 0] },
    ],
    ...more,
  };
  return readNoiseTable(JSON.stringify(header), differences);
}

test("second differences are summed twice, modulo 2^16", () => {
  const codes = [40_000, 65_535, 0, 3];
  const first = codes.map((code, i) => (code - (codes[i - 1] ?? 0)) & 0xffff);
  const second = first.map((rise, i) => (rise - (first[i - 1] ?? 0)) & 0xffff);
  const step = { t: 0, alpha_bar: 1, at: 1, count: 4, low: 0, high: 3, floor: -1, scale: 2, ddpm: [1, 0, 0], ddim: [1, 0, 0] };
  const read = readNoiseTable(
    JSON.stringify({ steps: [step], of_table: 0 }), new Uint8Array(new Uint16Array([7, ...second]).buffer),
  );
  assert.deepEqual([...read.steps[0].values], codes.map((code) => -1 + 2 * code));
});

test("the noise is linear between the places of the table, and beyond its ends", () => {
  const [step] = table().steps;
  for (const x of [-4, -3.75, 0, 0.3, 4, 5, -6]) assert.ok(Math.abs(learnedNoise(step, x) - x / 2) < 1e-12, String(x));
});

test("a walk adds noise where its sampler does", () => {
  const ends = (way) => {
    const x = Float64Array.of(1, -2);
    let drawn = 0;
    walk(table(), x, (target) => { drawn += 1; target.fill(3); }, undefined, way);
    return { x: [...x], drawn };
  };
  assert.deepEqual(ends({ sampler: "DDPM", switch: 0 }), { x: [0.5 + 0.125 + 0.3, -1 - 0.25 + 0.3], drawn: 1 });
  assert.deepEqual(ends({ sampler: "DDIM", switch: 0 }), { x: [1, -2], drawn: 0 });
  assert.deepEqual(ends({ sampler: "late noise", switch: 0 }), { x: [1, -2], drawn: 0 });
  assert.deepEqual(ends({ sampler: "late noise", switch: 1 }).drawn, 1);
});

test("noise from a seed is normal, repeats, and differs from that of the next seed", () => {
  const drawn = (seed) => {
    const numbers = new Float64Array(200_001);
    new NormalNoise(seed).fill(numbers);
    return numbers;
  };
  const numbers = drawn(7);
  assert.deepEqual(numbers, drawn(7));
  assert.notDeepEqual(numbers.slice(0, 4), drawn(8).slice(0, 4));
  const moment = (power) => numbers.reduce((sum, x) => sum + x ** power, 0) / numbers.length;
  for (const [power, due, error] of [[1, 0, 1], [2, 1, Math.sqrt(2)], [3, 0, Math.sqrt(15)], [4, 3, Math.sqrt(96)]]) {
    assert.ok(Math.abs(moment(power) - due) < (4.5 * error) / Math.sqrt(numbers.length), `moment ${power}: ${moment(power)}`);
  }
  const neighbours = numbers.reduce((sum, x, i) => sum + x * (numbers[i + 1] ?? 0), 0) / numbers.length;
  assert.ok(Math.abs(neighbours) < 4.5 / Math.sqrt(numbers.length));
  const beyond = numbers.filter((x) => Math.abs(x) > 3).length / numbers.length;
  assert.ok(Math.abs(beyond - 0.0026998) < 4.5 * Math.sqrt(0.0027 / numbers.length), String(beyond));
});

test("samples are as many as were asked for, alike for a seed, with the variance of their last two predictions", () => {
  const drawn = (seed) => [...drawSamples(table(), 2_500, seed)];
  const [first, second, third] = drawn(3);
  assert.deepEqual([first, second, third].map(({ samples }) => samples.length), [1_000, 1_000, 500]);
  assert.deepEqual(drawn(3), [first, second, third]);
  assert.notDeepEqual(drawn(4)[0].samples, first.samples);
  const x = new Float64Array(1_000);
  const noise = new NormalNoise(3);
  noise.fill(x);
  const x0 = [];
  walk(table(), x, (target) => noise.fill(target), (_, predicted) => x0.push([...predicted]));
  assert.deepEqual(first.samples, x);
  for (let i = 0; i < 1_000; i += 97) {
    const due = (x0[0][i] - x0[1][i]) ** 2 / 4; // population variance of two numbers
    assert.ok(Math.abs(first.variance[i] - due) < 1e-12 + 1e-9 * due);
  }
});

test("drawing in turns hands over the same samples and says how far it is", async () => {
  const shares = [];
  const samples = [];
  await drawInTurns(table(), 2_500, 3, (draws, share) => {
    shares.push(share);
    samples.push(...draws.samples);
  });
  assert.deepEqual(shares, [0.4, 0.8, 1]);
  assert.deepEqual(samples, [...drawSamples(table(), 2_500, 3)].flatMap((draws) => [...draws.samples]));
});

test("beyond k sigma of every mode is hallucinated", () => {
  const flags = hallucinated(table(), Float64Array.of(1, 1.49, 1.51, 0, -0.49, -0.51, -1.6));
  assert.deepEqual([...flags], [0, 0, 1, 1, 1, 0, 1]);
});

test("the perfect prediction points to the nearer mode, is odd between two alike, and holds far out", () => {
  assert.ok(trueNoise(MODES, 0.9, 0) === 0);
  assert.ok(Math.abs(trueNoise(MODES, 0.9, 0.3) + trueNoise(MODES, 0.9, -0.3)) < 1e-12);
  const alone = [{ mean: 2, sigma: 0.5, weight: 1 }];
  const [x, alphaBar] = [1.3, 0.5];
  const due = (Math.sqrt(1 - alphaBar) * (x - Math.sqrt(alphaBar) * 2)) / (alphaBar * 0.25 + 1 - alphaBar);
  assert.ok(Math.abs(trueNoise(alone, alphaBar, x) - due) < 1e-12);
  assert.ok(Number.isFinite(trueNoise(MODES, 0.999999, 50)));
});

test("a share has the interval of Wilson", () => {
  const { value, low, high } = shareOf(10, 100);
  assert.equal(value, 0.1);
  assert.ok(Math.abs(low - 0.055229) < 1e-6 && Math.abs(high - 0.174366) < 1e-6);
  assert.equal(shareOf(0, 50).low, 0);
  assert.equal(shareOf(50, 50).high, 1);
});

test("a histogram counts what lies between its ends, on a log axis in equal ratios", () => {
  assert.deepEqual([...histogram(Float64Array.of(0, 0.9, 1, 2.5, 4, -1), 0, 4, 4)], [2, 1, 1, 0]);
  assert.deepEqual([...histogram(Float64Array.of(1e-9, 1e-3, 0.5e-1, 0.5), 1e-3, 1, 3, true)], [2, 1, 1]);
});

test("followed samples become lines and dots in the codes of the player", () => {
  const followed = followSamples(table(), 3, 5);
  assert.deepEqual(followed.steps, [1, 0]);
  assert.equal(followed.x0[0].length, 6);
  const { y, category, xy, dots } = pathCodes(followed, 0, -2, 2);
  assert.deepEqual([y.length, category.length, xy.length, dots.length], [6, 3, 12, 6]);
  for (let frame = 0; frame < 2; frame++) {
    for (let i = 0; i < 3; i++) {
      const cut = Math.min(Math.max(followed.x0[0][frame * 3 + i], -2), 2);
      assert.equal(y[i * 2 + frame], Math.round((cut / 4) * 32767));
      assert.deepEqual([...xy.slice(2 * (frame * 3 + i), 2 * (frame * 3 + i) + 2)], [Math.round((frame - 0.5) * 32767), y[i * 2 + frame]]);
      assert.equal(dots[frame * 3 + i], category[i]);
    }
  }
});
