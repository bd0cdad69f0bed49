// Views: the visible part of each panel's axes, in axis units, and how it is zoomed and moved.

import { sameAxis } from "./layout.js";
import { clamp } from "./scale.js";

/** @import { Axis, Film, Panel } from "./message.js" */
/** @import { Interval, Scale } from "./scale.js" */

/** @typedef {{ x: Interval, y: Interval }} View */

/**
 * A view that is asked for; null leaves an axis as it is.
 * @typedef {{ x: Interval | null, y: Interval | null }} WantedView
 */

/**
 * A place in a panel: px, py in pixels of the canvas, x, y in axis units.
 * @typedef {{ panel: number, px: number, py: number, x: number, y: number }} Place
 */

const SMALLEST_VIEW = 1 / 300; // of an axis

/**
 * All of every panel.
 * @param {Film} film
 * @returns {View[]}
 */
export function wholeViews(film) {
  return film.panels.map(({ x, y }) => ({ x: [x.start, x.end], y: [y.start, y.end] }));
}

/**
 * Whether nothing is zoomed.
 * @param {View[]} views
 * @param {Film} film
 */
export function isWhole(views, film) {
  return JSON.stringify(views) === JSON.stringify(wholeViews(film));
}

/**
 * The part of each panel that is seen, for Python: its ends [x low, x high, y low, y high] in data units as JSON, ""
 * where all of every panel is.
 * @param {View[]} views
 * @param {Film} film
 */
export function seenParts(views, film) {
  if (isWhole(views, film)) return "";
  return JSON.stringify(views.map(({ x, y }, i) => {
    const panel = film.panels[i];
    return [...x.map(panel.x.fromUnits), ...y.map(panel.y.fromUnits)];
  }));
}

/**
 * The views with one panel zoomed, and every panel with the same axis along with it, so that they stay comparable.
 * @param {View[]} views
 * @param {Film} film
 * @param {number} panel
 * @param {WantedView} wanted
 * @returns {View[]}
 */
export function zoomed(views, film, panel, wanted) {
  const own = film.panels[panel];
  const { x, y } = wanted;
  const view = own.equal && x && y ? sameProportions({ x, y }, own) : wanted;
  /** @type {(i: number, name: "x" | "y") => Interval} */
  const part = (i, name) => {
    const [seen, axis] = [view[name], film.panels[i][name]];
    const together = i === panel || (film.shared_x && sameAxis(own[name], axis));
    return together && seen ? keepInside(seen, axis) : views[i][name];
  };
  return views.map((_, i) => ({ x: part(i, "x"), y: part(i, "y") }));
}

/**
 * The view of a scale with `factor` times its span, in which what lay at `from` lies where `to` was.
 * @param {Scale} scale
 * @param {number} from
 * @param {number} to
 * @param {number} factor
 * @returns {Interval}
 */
export function stretched(scale, from, to, factor) {
  return [from + (scale.from - to) * factor, from + (scale.to - to) * factor];
}

/**
 * The view that a drag selects: a flat one selects x, a steep one y, any other a box, and so does every drag in a
 * panel of equal aspect.
 * @param {{ from: Place, to: Place }} drag
 * @param {Panel} panel
 * @returns {WantedView}
 */
export function selectedBy({ from, to }, panel) {
  const [across, up] = [Math.abs(to.px - from.px), Math.abs(to.py - from.py)];
  if (Math.max(across, up) < 8) return { x: null, y: null };
  return {
    x: panel.equal || across > 16 || across > up ? ordered(from.x, to.x) : null,
    y: panel.equal || up > 24 || up > across ? ordered(from.y, to.y) : null,
  };
}

/**
 * @param {number} a
 * @param {number} b
 * @returns {Interval}
 */
function ordered(a, b) {
  return a < b ? [a, b] : [b, a];
}

/**
 * The view widened to the proportions of the panel's whole, so that equal aspect fills the plot.
 * @param {View} view
 * @param {Panel} panel
 * @returns {View}
 */
function sameProportions({ x, y }, panel) {
  const [across, up] = [panel.x.end - panel.x.start, panel.y.end - panel.y.start];
  const share = Math.max((x[1] - x[0]) / across, (y[1] - y[0]) / up);
  return { x: spanning(x, share * across), y: spanning(y, share * up) };
}

/**
 * A range of this span around the middle of another.
 * @param {Interval} range
 * @param {number} span
 * @returns {Interval}
 */
function spanning([low, high], span) {
  return [(low + high - span) / 2, (low + high + span) / 2];
}

/**
 * A view neither smaller than can be read nor outside its axis.
 * @param {Interval} view
 * @param {Axis} axis
 * @returns {Interval}
 */
function keepInside([low, high], axis) {
  const whole = axis.end - axis.start;
  const span = clamp(high - low, whole * SMALLEST_VIEW, whole);
  if (span >= whole * 0.999) return [axis.start, axis.end];
  const first = clamp((low + high - span) / 2, axis.start, axis.end - span);
  return [first, first + span];
}
