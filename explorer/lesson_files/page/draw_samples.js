// Samples in one dimension, drawn from the table of a network's noise that ../noise_table.py packs: as many as one likes,
// by DDPM, by DDIM, or by DDIM with noise in the last steps.

import { COORDINATE_STEPS } from "../../figures/player/message.js";

/** @typedef {"DDPM" | "DDIM" | "late noise"} Sampler */

/**
 * A mode of the data.
 * @typedef {{ mean: number, sigma: number, weight: number }} Mode
 */

/**
 * A step of the reverse process. low, high: the ends of the grid of x; values: the noise on it; ddpm, ddim: what x, the
 * noise and fresh noise are multiplied with.
 * @typedef {{
 *   t: number, alphaBar: number, low: number, high: number, values: Float64Array,
 *   ddpm: [number, number, number], ddim: [number, number, number],
 * }} Step
 */

/**
 * A table, the noisiest step first. switch: the step t from which late noise is added; k: sigma of every mode beyond which
 * a sample is hallucinated; window: the steps over which the variance is taken, from t to t; shown: the steps of a film;
 * exact, ofTable: the exact share beyond k sigma that the sampler makes of the network and of this table.
 * @typedef {{
 *   preset: string, sampler: Sampler, switch: number, k: number, window: [number, number], modes: Mode[], shown: number[],
 *   steps: Step[], exact: number, ofTable: number,
 * }} NoiseTable
 */

/** @typedef {{ sampler: Sampler, switch: number }} Way */

/**
 * Samples that were drawn: where they lie, the variance of their predicted x0 over the window, and 1 for those beyond k
 * sigma of every mode.
 * @typedef {{ samples: Float64Array, variance: Float64Array, hallucinated: Uint8Array }} Draws
 */

/**
 * Samples followed from the same noise through the network and through the true score, frame after frame: x0 of F frames
 * and m samples stands at frame * m + sample.
 * @typedef {{
 *   count: number, steps: number[], x0: [model: Float64Array, truth: Float64Array],
 *   hallucinated: [model: Uint8Array, truth: Uint8Array],
 * }} Followed
 */

const SLICE = 1_000; // samples between two looks at the page
const PAUSE = 30; // milliseconds of drawing between two breaths of the page
const WORDS = 2 ** 32;
const Z_95 = 1.959963984540054;

/**
 * @param {string} header  JSON
 * @param {Uint8Array} bytes  second differences of whole numbers of 16 bits, modulo 2^16
 * @returns {NoiseTable}
 */
export function readNoiseTable(header, bytes) {
  const { of_table: ofTable, steps, ...rest } = JSON.parse(header);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return {
    ...rest,
    ofTable,
    steps: steps.map((/** @type {any} */ { alpha_bar: alphaBar, at, count, floor, scale, ...step }) => {
      const values = new Float64Array(count);
      let rise = 0;
      let code = 0;
      for (let i = 0; i < count; i++) {
        rise = (rise + view.getUint16(2 * (at + i), true)) & 0xffff;
        code = (code + rise) & 0xffff;
        values[i] = floor + scale * code;
      }
      return { ...step, alphaBar, values };
    }),
  };
}

/** Normal noise from a seed: xoshiro128** (Blackman and Vigna 2018), and Box and Muller's two at a time. */
export class NormalNoise {
  /** @param {number} seed  a whole number */
  constructor(seed) {
    this.state = new Uint32Array(4);
    let mixed = seed >>> 0;
    for (let i = 0; i < 4; i++) { // splitmix32
      mixed = (mixed + 0x9e3779b9) >>> 0;
      let z = mixed;
      z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
      z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
      this.state[i] = z ^ (z >>> 15);
    }
  }

  /** A whole number from 0 to 2^32 - 1. */
  word() {
    const s = this.state;
    const times5 = Math.imul(s[1], 5);
    const word = Math.imul((times5 << 7) | (times5 >>> 25), 9) >>> 0;
    const moved = s[1] << 9;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= moved;
    s[3] = (s[3] << 11) | (s[3] >>> 21);
    return word;
  }

  /**
   * Fill an array with standard normal numbers.
   * @param {Float64Array} target
   */
  fill(target) {
    for (let i = 0; i < target.length; i += 2) {
      const radius = Math.sqrt(-2 * Math.log((this.word() + 1) / WORDS));
      const angle = (2 * Math.PI * this.word()) / WORDS;
      target[i] = radius * Math.cos(angle);
      if (i + 1 < target.length) target[i + 1] = radius * Math.sin(angle);
    }
  }
}

/**
 * The noise that the network predicts in x at a step: read off the table, linear between two of its places.
 * @param {Step} step
 * @param {number} x
 */
export function learnedNoise({ low, high, values }, x) {
  const cells = values.length - 1;
  const position = (x - low) * (cells / (high - low));
  const cell = position < 0 ? 0 : position >= cells ? cells - 1 : Math.trunc(position);
  const left = values[cell];
  return left + (values[cell + 1] - left) * (position - cell);
}

/**
 * The noise that a perfect network would predict: E[noise | x], in closed form.
 * @param {Mode[]} modes
 * @param {number} alphaBar
 * @param {number} x
 */
export function trueNoise(modes, alphaBar, x) {
  const signal = Math.sqrt(alphaBar);
  const parts = modes.map(({ mean, sigma, weight }) => {
    const variance = alphaBar * sigma * sigma + 1 - alphaBar;
    const away = x - signal * mean;
    return { log: Math.log(weight) - Math.log(variance) / 2 - (away * away) / (2 * variance), pull: away / variance };
  });
  const most = Math.max(...parts.map(({ log }) => log));
  let whole = 0;
  let sum = 0;
  for (const { log, pull } of parts) {
    const share = Math.exp(log - most);
    whole += share;
    sum += share * pull;
  }
  return (Math.sqrt(1 - alphaBar) * sum) / whole;
}

/**
 * Walk noise down to samples, in place.
 * @param {NoiseTable} table
 * @param {Float64Array} x  the noise of the first step
 * @param {(target: Float64Array) => void} draw  fills an array with fresh noise, at every step that adds some
 * @param {(step: Step, x0: Float64Array) => void} [visit]  is told each step and what it predicts
 * @param {Way} [way]
 * @param {boolean} [truth]  by the true score
 */
export function walk(table, x, draw, visit, way = table, truth = false) {
  const walked = [x];
  walkTogether(table, walked, draw, (step, x0) => visit?.(step, x0[0]), way, [truth]);
}

/**
 * The same for several walks with the same fresh noise, each by the network or by the true score.
 * @param {NoiseTable} table
 * @param {Float64Array[]} walked
 * @param {(target: Float64Array) => void} draw
 * @param {(step: Step, x0: Float64Array[]) => void} visit
 * @param {Way} way
 * @param {boolean[]} truths
 */
function walkTogether(table, walked, draw, visit, way, truths) {
  const count = walked[0].length;
  const fresh = new Float64Array(count);
  const predicted = walked.map(() => new Float64Array(count));
  for (const step of table.steps) {
    const random = way.sampler === "DDPM" || (way.sampler === "late noise" && step.t <= way.switch);
    const [ofX, ofNoise, ofFresh] = random ? step.ddpm : step.ddim;
    const signal = 1 / Math.sqrt(step.alphaBar);
    const noisy = Math.sqrt(1 - step.alphaBar) * signal;
    for (const [number, x] of walked.entries()) {
      const x0 = predicted[number];
      for (let i = 0; i < count; i++) {
        const noise = truths[number] ? trueNoise(table.modes, step.alphaBar, x[i]) : learnedNoise(step, x[i]);
        x0[i] = x[i] * signal - noisy * noise;
        x[i] = ofX * x[i] + ofNoise * noise;
      }
    }
    visit(step, predicted);
    if (ofFresh === 0) continue;
    draw(fresh);
    for (const x of walked) for (let i = 0; i < count; i++) x[i] += ofFresh * fresh[i];
  }
}

/**
 * Draw samples, a slice of at most 1,000 after the other: with the same seed always the same.
 * @param {NoiseTable} table
 * @param {number} count
 * @param {number} seed
 * @param {Way} [way]  the table's own, if none is given
 * @returns {Generator<Draws, void, void>}
 */
export function* drawSamples(table, count, seed, way = table) {
  const noise = new NormalNoise(seed);
  const [first, last] = table.window;
  for (let done = 0; done < count; done += SLICE) {
    const samples = new Float64Array(Math.min(SLICE, count - done));
    noise.fill(samples);
    const sum = new Float64Array(samples.length);
    const square = new Float64Array(samples.length);
    const start = new Float64Array(samples.length); // the first x0 of the window, from which the others are counted
    let seen = 0;
    walk(table, samples, (target) => noise.fill(target), ({ t }, x0) => {
      if (t < first || t > last) return;
      if (seen === 0) start.set(x0);
      seen += 1;
      for (let i = 0; i < x0.length; i++) {
        const away = x0[i] - start[i];
        sum[i] += away;
        square[i] += away * away;
      }
    }, way);
    const variance = sum.map((total, i) => Math.max(square[i] / seen - (total / seen) ** 2, 0));
    yield { samples, variance, hallucinated: hallucinated(table, samples) };
  }
}

/**
 * The same without holding up the page: what is drawn is handed over slice by slice.
 * @param {NoiseTable} table
 * @param {number} count
 * @param {number} seed
 * @param {(draws: Draws, share: number) => void} take  share: of the samples that are drawn by now
 * @param {Way} [way]
 */
export async function drawInTurns(table, count, seed, take, way = table) {
  let done = 0;
  let since = performance.now();
  for (const draws of drawSamples(table, count, seed, way)) {
    done += draws.samples.length;
    take(draws, done / count);
    if (performance.now() - since < PAUSE) continue;
    await new Promise((resolve) => setTimeout(resolve));
    since = performance.now();
  }
}

/**
 * Which samples lie beyond k sigma of every mode, 1 for those that do.
 * @param {NoiseTable} table
 * @param {Float64Array} samples
 */
export function hallucinated({ modes, k }, samples) {
  return Uint8Array.from(samples, (x) => Number(modes.every(({ mean, sigma }) => Math.abs(x - mean) > k * sigma)));
}

/**
 * A share with its 95 % interval (Wilson 1927), as explorer/detection/statistics/rates.py has it.
 * @param {number} count
 * @param {number} n
 */
export function shareOf(count, n) {
  const value = count / n;
  const z2 = Z_95 * Z_95;
  const centre = (value + z2 / (2 * n)) / (1 + z2 / n);
  const half = (Z_95 / (1 + z2 / n)) * Math.sqrt((value * (1 - value)) / n + z2 / (4 * n * n));
  return { value, low: count === 0 ? 0 : centre - half, high: count === n ? 1 : centre + half };
}

/**
 * How many numbers lie in each of some cells of equal width between two ends; on a log axis of equal ratio.
 * @param {Float64Array} numbers
 * @param {number} low
 * @param {number} high
 * @param {number} cells
 * @param {boolean} [log]  what lies below the low end is counted in the first cell then
 */
export function histogram(numbers, low, high, cells, log = false) {
  const counts = new Float64Array(cells);
  const place = log ? Math.log10 : (/** @type {number} */ x) => x;
  const [start, end] = [place(low), place(high)];
  for (const number of numbers) {
    const at = ((place(log ? Math.max(number, low) : number) - start) / (end - start)) * cells;
    if (at >= 0 && at < cells) counts[Math.floor(at)] += 1;
  }
  return counts;
}

// ---- new noise, followed -----------------------------------------------------------------------------------------------

/**
 * Follow samples of new noise through the network and, with the same noise, through the true score.
 * @param {NoiseTable} table
 * @param {number} count
 * @param {number} seed
 * @param {Way} [way]
 * @returns {Followed}
 */
export function followSamples(table, count, seed, way = table) {
  const noise = new NormalNoise(seed);
  const model = new Float64Array(count);
  noise.fill(model);
  const walked = [model, model.slice()];
  const frames = table.shown.length;
  /** @type {[Float64Array, Float64Array]} */
  const x0 = [new Float64Array(frames * count), new Float64Array(frames * count)];
  walkTogether(table, walked, (target) => noise.fill(target), ({ t }, predicted) => {
    const frame = table.shown.indexOf(t);
    if (frame >= 0) for (const [number, each] of predicted.entries()) x0[number].set(each, frame * count);
  }, way, [false, true]);
  return {
    count,
    steps: table.shown,
    x0,
    hallucinated: [hallucinated(table, walked[0]), hallucinated(table, walked[1])],
  };
}

/**
 * What the player draws of one side of followed samples, in the codes of its messages: the lines' y (sample after sample,
 * each with all its frames), the colour of each line, 1 for hallucinated; and the dots' x and y and colours, frame after
 * frame. A place beyond the ends of the axis is cut there, as in explorer/figures/film/trajectories.py.
 * @param {Followed} followed
 * @param {0 | 1} side  the network's, or the true score's
 * @param {number} low  of the axis of the predicted x0
 * @param {number} high
 * @returns {{ y: Int16Array, category: Uint8Array, xy: Int16Array, dots: Uint8Array }}
 */
export function pathCodes({ count, steps, x0, hallucinated: flags }, side, low, high) {
  const frames = steps.length;
  const y = new Int16Array(count * frames);
  const xy = new Int16Array(frames * count * 2);
  const dots = new Uint8Array(frames * count);
  for (let frame = 0; frame < frames; frame++) {
    const across = code(frame, 0, Math.max(frames - 1, 1));
    for (let i = 0; i < count; i++) {
      const place = code(Math.min(Math.max(x0[side][frame * count + i], low), high), low, high);
      y[i * frames + frame] = place;
      xy[2 * (frame * count + i)] = across;
      xy[2 * (frame * count + i) + 1] = place;
      dots[frame * count + i] = flags[side][i];
    }
  }
  return { y, category: flags[side], xy, dots };
}

/**
 * The code of a coordinate, by the formula of explorer/figures/film/codes.py.
 * @param {number} value
 * @param {number} low
 * @param {number} high
 */
function code(value, low, high) {
  return Math.round(((value - (low + high) / 2) / (high - low)) * COORDINATE_STEPS);
}
