// Where the panels of a film lie on the canvas, in CSS pixels.

import { isGallery } from "./gallery.js";
import { makeScale, ticksOf } from "./scale.js";

/** @import { Theme } from "./colour.js" */
/** @import { Label } from "./labels.js" */
/** @import { Axis, Film, Panel } from "./message.js" */
/** @import { Scale } from "./scale.js" */
/** @import { View } from "./views.js" */

/** @typedef {{ left: number, top: number, width: number, height: number }} Box */

/**
 * A panel in its place. small: the size of small letters; showsY: whether the y axis is labelled; lines: of the heading,
 * where what y is takes the second. drawStill fills in the labels of lines and the number of the first layer that moves.
 * @typedef {Box & {
 *   panel: Panel, x: Scale, y: Scale, showsY: boolean, lines: number, small: number,
 *   fonts: { small: string, label: string, title: string }, labels: Label[], firstMoving: number,
 * }} Plot
 */

export const GAP = 36; // between panels

/**
 * Plots of equal size, side by side or stacked. A panel with the y axis of the one at its left shares its labels.
 * @param {Film} film
 * @param {View[]} views
 * @param {number} width
 * @param {number} height
 * @param {boolean} stacked
 * @param {Pick<CanvasRenderingContext2D, "font" | "measureText">} context
 * @param {Theme} theme
 * @returns {Plot[]}
 */
export function layOut(film, views, width, height, stacked, context, theme) {
  const { fonts, small, lines, showsY, boxes } = divide(film, width, height, stacked, context, theme);
  return film.panels.map((panel, i) => {
    const box = panel.equal ? equalAspect(boxes[i], views[i]) : boxes[i];
    const x = makeScale(panel.x, views[i].x, box.left, box.left + box.width);
    const y = makeScale(panel.y, views[i].y, box.top + box.height, box.top);
    return { ...box, panel, x, y, showsY: showsY[i], lines, small, fonts, labels: [], firstMoving: 0 };
  });
}

/**
 * The room of each panel's plot.
 * @param {Film} film
 * @param {number} width
 * @param {number} height
 * @param {boolean} stacked
 * @param {Pick<CanvasRenderingContext2D, "font" | "measureText">} context
 * @param {Theme} theme
 * @returns {Box[]}
 */
export function roomsOf(film, width, height, stacked, context, theme) {
  return divide(film, width, height, stacked, context, theme).boxes;
}

/**
 * @param {Film} film
 * @param {number} width
 * @param {number} height
 * @param {boolean} stacked
 * @param {Pick<CanvasRenderingContext2D, "font" | "measureText">} context
 * @param {Theme} theme
 */
function divide({ panels }, width, height, stacked, context, theme) {
  const small = Math.max(14, 0.78 * theme.size);
  const fonts = {
    small: `${small}px ${theme.family}`,
    label: `600 ${small}px ${theme.family}`,
    title: `600 ${Math.max(15, 0.92 * theme.size)}px ${theme.family}`,
  };
  context.font = fonts.small;
  const rows = stacked ? panels.length : 1;
  const showsY = panels.map((panel, i) => stacked || i === 0 || !sameAxis(panel.y, panels[i - 1].y));
  const gutter = Math.max(...panels.map((panel) => (isGallery(panel) ? 4 : labelWidth(context, panel.y))));
  const columns = stacked ? [true] : showsY;
  const taken = gutter * columns.filter(Boolean).length + GAP * (columns.length - 1) + 14;
  const plotWidth = Math.max(40, (width - taken) / columns.length);
  const labels = panels.map((panel, i) => (showsY[i] && panel.y.label ? context.measureText(panel.y.label).width + 10 : 0));
  context.font = fonts.title;
  const crowded = panels.some((panel, i) => {
    if (panel.layers.some((layer) => layer.kind === "HeatMap" && layer.ends)) return true;
    return labels[i] > 0 && context.measureText(panel.title).width + labels[i] > plotWidth + GAP / 2;
  });
  const lines = crowded ? 2 : 1;
  const head = 1.75 * theme.size + (lines - 1) * 1.3 * small;
  const foot = (panels.some((panel) => panel.x.label) ? 3.1 : 1.6) * small;
  let left = 0;
  const boxes = panels.map((_, i) => {
    left = stacked ? gutter : left + (i ? plotWidth + GAP : 0) + (showsY[i] ? gutter : 0);
    const top = (stacked ? i : 0) * (height / rows) + head;
    return { left, top, width: plotWidth, height: Math.max(40, height / rows - head - foot) };
  });
  return { fonts, small, lines, showsY, boxes };
}

/**
 * Whether two axes show the same.
 * @param {Axis} a
 * @param {Axis} b
 */
export function sameAxis(a, b) {
  return a.low === b.low && a.high === b.high && a.log === b.log && a.reverse === b.reverse && a.label === b.label;
}

/**
 * The pixels that the labels of a y axis take at the left of a plot.
 * @param {Pick<CanvasRenderingContext2D, "measureText">} context
 * @param {Axis} axis
 */
function labelWidth(context, axis) {
  const texts = ticksOf(makeScale(axis, [axis.start, axis.end], 300, 0), 5).map((tick) => tick.text);
  return Math.max(...["0.0", ...texts].map((text) => context.measureText(text).width)) + 10;
}

/**
 * The largest box in the middle of another in which a unit of x is as long as one of y.
 * @param {Box} room
 * @param {View} view
 * @returns {Box}
 */
export function equalAspect(room, view) {
  const [across, up] = [view.x[1] - view.x[0], view.y[1] - view.y[0]];
  const scale = Math.min(room.width / across, room.height / up);
  const [width, height] = [across * scale, up * scale];
  return { left: room.left + (room.width - width) / 2, top: room.top + (room.height - height) / 2, width, height };
}

/**
 * Whether a pixel lies in a box or on its edge.
 * @param {Box} box
 * @param {number} x
 * @param {number} y
 */
export function isInside({ left, top, width, height }, x, y) {
  return x >= left - 1 && x <= left + width + 1 && y >= top - 1 && y <= top + height + 1;
}
