// Where numbers lie on an axis, and how they are written.

import { COORDINATE_STEPS } from "./message.js";

/** @import { Axis } from "./message.js" */

/**
 * The visible part [from, to] of an axis, in axis units, carried onto pixels. slope: pixels per unit; perCode: per code.
 * @typedef {{
 *   axis: Axis, from: number, to: number, slope: number, perCode: number,
 *   pixel: (units: number) => number, units: (pixel: number) => number, codePixel: (code: number) => number,
 * }} Scale
 */

/**
 * A tick at a place in axis units.
 * @typedef {{ at: number, text: string }} Tick
 */

/** @typedef {[low: number, high: number]} Interval  two places of an axis, in axis units */

const MINUS = "\u2212";
/** @type {Record<string, string>} */
const SUPERSCRIPTS = { "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" };

/**
 * A scale of the visible part of an axis onto the pixels from first to last.
 * @param {Axis} axis
 * @param {Interval} visible
 * @param {number} first
 * @param {number} last
 * @returns {Scale}
 */
export function makeScale(axis, [from, to], first, last) {
  const [a, b] = axis.reverse ? [last, first] : [first, last];
  const slope = (b - a) / (to - from);
  const perCode = ((axis.end - axis.start) / COORDINATE_STEPS) * slope;
  const atCodeZero = a + ((axis.start + axis.end) / 2 - from) * slope;
  return {
    axis, from, to, slope, perCode,
    pixel: (units) => a + (units - from) * slope,
    units: (pixel) => from + (pixel - a) / slope,
    codePixel: (code) => atCodeZero + code * perCode,
  };
}

/**
 * About `count` ticks; the axis's own where it names some and they show.
 * @param {Scale} scale
 * @param {number} count
 * @returns {Tick[]}
 */
export function ticksOf(scale, count) {
  const { axis, from, to } = scale;
  const visible = (/** @type {number} */ at) => at >= from - 1e-9 && at <= to + 1e-9;
  const own = (axis.ticks ?? []).map((value) => ({ at: axis.toUnits(value), text: tickText(value, axis) }));
  const shown = own.filter((tick) => visible(tick.at));
  const whole = from === axis.start && to === axis.end;
  if (axis.ticks && (whole || shown.length > 1)) return shown;
  if (axis.names) return namedTicks(axis.names, from, to, count);
  if (!axis.log) return niceTicks(from, to, count);
  const [low, high] = [Math.ceil(from - 1e-9), Math.floor(to + 1e-9)];
  if (high - low < 1) {
    return niceTicks(10 ** from, 10 ** to, count).map((tick) => ({ ...tick, at: Math.log10(tick.value) }));
  }
  const stride = Math.max(1, Math.ceil((high - low + 1) / count));
  const decades = [];
  for (let power = high; power >= low; power -= stride) decades.push({ at: power, text: powerOfTen(power) });
  return decades;
}

/**
 * Ticks at multiples of 1, 2 or 5 times a power of ten, about `count` of them.
 * @param {number} low
 * @param {number} high
 * @param {number} count
 * @returns {(Tick & { value: number })[]}
 */
export function niceTicks(low, high, count) {
  const rough = (high - low) / Math.max(count, 1);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough * 0.999) ?? rough;
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const ticks = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i += 1) {
    const value = i * step;
    ticks.push({ at: value, value, text: decimals > 4 ? formatBriefly(value) : formatFixed(value, decimals) });
  }
  return ticks.length < 2 && count < 8 ? niceTicks(low, high, 2 * count) : ticks; // one alone says little
}

/**
 * At most `count` names at even distances: every so many among few, the two ends and what lies between among many.
 * @param {string[]} names
 * @param {number} from
 * @param {number} to
 * @param {number} count
 * @returns {Tick[]}
 */
function namedTicks(names, from, to, count) {
  const [first, last] = [Math.max(0, Math.ceil(from - 1e-9)), Math.min(names.length - 1, Math.floor(to + 1e-9))];
  const [span, gaps] = [last - first, Math.max(1, count - 1)];
  const stride = Math.ceil((span + 1) / Math.max(1, count));
  const places = [];
  if (span > 5 * gaps) for (let i = 0; i <= gaps; i += 1) places.push(first + Math.round((i / gaps) * span));
  else for (let at = Math.ceil(first / stride) * stride; at <= last; at += stride) places.push(at);
  return places.map((at) => ({ at, text: names[at] }));
}

/**
 * The number that is read at a place in axis units: of names, only the whole ones.
 * @param {number} units
 * @param {Axis} axis
 */
export function snap(units, axis) {
  return axis.names ? clamp(Math.round(units), 0, axis.names.length - 1) : units;
}

/**
 * @param {number} value
 * @param {Axis} axis
 */
function tickText(value, axis) {
  if (axis.names) return axis.names[Math.round(value)] ?? "";
  const power = Math.log10(value);
  return axis.log && Math.abs(power - Math.round(power)) < 1e-9 ? powerOfTen(Math.round(power)) : formatBriefly(value);
}

/** @param {number} power */
function powerOfTen(power) {
  return `10${[...String(power)].map((digit) => SUPERSCRIPTS[digit]).join("")}`;
}

/**
 * @param {number} value
 * @param {number} decimals
 */
function formatFixed(value, decimals) {
  const digits = { minimumFractionDigits: decimals, maximumFractionDigits: decimals };
  return value.toLocaleString("en-US", digits).replace(/^-(?=[0.]*$)/, "").replace("-", MINUS);
}

/**
 * Three significant digits, 0.520; powers of ten where the zeros would run on.
 * @param {number} value
 * @param {number} digits
 */
export function formatNumber(value, digits = 3) {
  if (value === 0) return "0";
  const rounded = Number(value.toPrecision(digits));
  const power = Math.floor(Math.log10(Math.abs(rounded)) + 1e-12);
  if (power < -4 || power > 6) return `${formatFixed(rounded / 10 ** power, digits - 1)} × ${powerOfTen(power)}`;
  return formatFixed(rounded, Math.max(0, digits - 1 - power));
}

/**
 * The same without the zeros that say nothing on an axis, 0.52.
 * @param {number} value
 */
export function formatBriefly(value) {
  return formatNumber(value).replace(/(\.\d*?)0+(?= |$)/, "$1").replace(/\.(?= |$)/, "");
}

/**
 * A value read off an axis, with ≤ or ≥ where codes end and the value itself may lie beyond.
 * @param {number} units
 * @param {Axis} axis
 */
export function readOff(units, axis) {
  if (axis.names) return axis.names[snap(units, axis)] ?? "";
  const reach = axis.end - axis.start;
  const middle = (axis.start + axis.end) / 2;
  const text = formatNumber(axis.fromUnits(units));
  if (units >= middle + reach * 0.9999) return `≥ ${text}`;
  if (units <= middle - reach * 0.9999 || (axis.log && units <= axis.start + reach * 1e-4)) return `≤ ${text}`;
  return text;
}

/**
 * @param {number} value
 * @param {number} low
 * @param {number} high
 */
export function clamp(value, low, high) {
  return Math.min(Math.max(value, low), high);
}
