// The picture: what stands still behind the film, and what moves.

import { drawAcross, drawInside } from "./canvas.js";
import { colourMap } from "./colour.js";
import { drawNames, placeLabels } from "./labels.js";
import { drawLayer } from "./layers.js";
import { GAP, isInside } from "./layout.js";
import { LEVEL_STEPS } from "./message.js";
import { drawPicked } from "./pick.js";
import { formatBriefly, ticksOf } from "./scale.js";

/** @import { Theme } from "./colour.js" */
/** @import { Plot } from "./layout.js" */
/** @import { Axis, HeatMap, Layer } from "./message.js" */

export const HANDLE = { width: 10, height: 22, reach: 10 }; // of a cursor, and how near a press must be

/**
 * Everything behind the first moving layer of each panel. Drawn once, until data, view, size or theme change.
 * @param {CanvasRenderingContext2D} context
 * @param {Plot[]} plots
 * @param {Theme} theme
 */
export function drawStill(context, plots, theme) {
  for (const plot of plots) {
    plot.labels = placeLabels(context, plot);
    plot.firstMoving = plot.panel.layers.findIndex((layer) => layer.moves);
    if (plot.firstMoving < 0) plot.firstMoving = plot.panel.layers.length;
    drawAxes(context, plot, theme);
    drawHead(context, plot, theme);
    drawLayers(context, plot, plot.panel.layers.slice(0, plot.firstMoving), 0, theme);
  }
}

/**
 * One frame of a panel.
 * @param {CanvasRenderingContext2D} context
 * @param {Plot} plot
 * @param {number} frame
 * @param {number | null} picked
 * @param {Theme} theme
 */
export function drawMoving(context, plot, frame, picked, theme) {
  drawLayers(context, plot, plot.panel.layers.slice(plot.firstMoving), frame, theme);
  drawPicked(context, plot, frame, picked, theme);
  const cursor = plot.panel.cursorUnits && plot.x.pixel(plot.panel.cursorUnits[frame]);
  if (cursor !== null) drawCursor(context, plot, cursor, theme);
  drawNames(context, plot, frame, theme);
  const handled = plot.panel.scrub && cursor !== null && isInside(plot, cursor, plot.top);
  if (handled) drawHandle(context, plot, Math.round(cursor), theme);
}

/**
 * The line of a cursor.
 * @param {CanvasRenderingContext2D} context
 * @param {Plot} plot
 * @param {number} x
 * @param {Theme} theme
 */
function drawCursor(context, plot, x, theme) {
  const { scrub } = plot.panel;
  drawInside(context, plot, () => {
    context.strokeStyle = theme.roles.text;
    context.globalAlpha = scrub ? 0.9 : 0.6;
    drawAcross(context, plot, "x", x, scrub ? 2 : 1);
  });
}

/**
 * The handle by which a cursor is dragged.
 * @param {CanvasRenderingContext2D} context
 * @param {Plot} plot
 * @param {number} x
 * @param {Theme} theme
 */
function drawHandle(context, plot, x, theme) {
  const { width, height } = HANDLE;
  const middle = plot.top + height / 2 - 5;
  context.beginPath();
  context.roundRect(x - width / 2, middle - height / 2, width, height, width / 2);
  context.fillStyle = theme.roles.text;
  context.strokeStyle = theme.roles.ground;
  context.lineWidth = 3;
  context.stroke();
  context.fill();
  context.beginPath();
  for (const side of [-1.5, 1.5]) {
    context.moveTo(x + side, middle - 4);
    context.lineTo(x + side, middle + 4);
  }
  context.lineWidth = 1;
  context.stroke();
}

/**
 * The pointer's lines; the horizontal one only where y means something.
 * @param {CanvasRenderingContext2D} context
 * @param {Plot} plot
 * @param {{ x: number, y: number, hasY: boolean }} at
 * @param {Theme} theme
 */
export function drawCross(context, plot, { x, y, hasY }, theme) {
  drawInside(context, plot, () => {
    context.strokeStyle = theme.roles.neutral;
    context.globalAlpha = 0.6;
    drawAcross(context, plot, "x", plot.x.pixel(x));
    if (hasY) drawAcross(context, plot, "y", plot.y.pixel(y));
  });
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Plot} plot
 * @param {Layer[]} layers
 * @param {number} frame
 * @param {Theme} theme
 */
function drawLayers(context, plot, layers, frame, theme) {
  for (const layer of layers) drawInside(context, plot, () => drawLayer(context, layer, frame, plot, theme));
}

/**
 * Ticks, their texts and hairlines, and the label of x.
 * @param {CanvasRenderingContext2D} context
 * @param {Plot} plot
 * @param {Theme} theme
 */
function drawAxes(context, plot, theme) {
  const { fonts, small, panel } = plot;
  const bottom = plot.top + plot.height;
  context.font = fonts.small;
  context.fillStyle = theme.ink.neutral;
  context.strokeStyle = theme.roles.grid;
  context.textBaseline = "middle";
  context.textAlign = "right";
  const covered = panel.layers.some((layer) => layer.kind === "HeatMap" || layer.kind === "Regions");
  context.lineWidth = 1;
  if (covered) context.strokeRect(plot.left - 0.5, plot.top - 0.5, plot.width + 1, plot.height + 1);
  for (const tick of ticksOf(plot.y, Math.max(2, Math.floor(plot.height / (panel.y.names ? 1.8 * small : 64))))) {
    const y = plot.y.pixel(tick.at);
    if (!covered) drawAcross(context, plot, "y", y);
    if (plot.showsY) context.fillText(tick.text, plot.left - 8, y, plot.left - 8);
  }
  context.textAlign = "center";
  context.textBaseline = "top";
  if (areKinds(panel.x)) { drawKinds(context, plot); return; }
  const ticks = ticksOf(plot.x, Math.max(2, Math.floor(plot.width / tickRoom(context, panel.x))));
  let free = Infinity; // from the right, where a reverse process ends, as many as have room
  for (const tick of ticks.sort((a, b) => plot.x.pixel(b.at) - plot.x.pixel(a.at))) {
    const [at, half] = [plot.x.pixel(tick.at), context.measureText(tick.text).width / 2];
    if (at + half > free) continue;
    context.fillText(tick.text, at, bottom + 0.4 * small);
    free = at - half - 6;
  }
  if (panel.x.label) context.fillText(panel.x.label, plot.left + plot.width / 2, bottom + 1.7 * small);
}

/**
 * Whether the names of an axis are those of a few kinds, none of which may be missing.
 * @param {Axis} axis
 */
function areKinds({ names, ticks }) {
  return names !== null && ticks === null && names.length <= 6;
}

/**
 * The names of kinds along x: side by side if they fit, else on two lines in turn, where x has its label.
 * @param {CanvasRenderingContext2D} context
 * @param {Plot} plot
 */
function drawKinds(context, { panel, x, left, top, width, height, small }) {
  const names = panel.x.names ?? [];
  const room = width / names.length;
  const lines = names.every((name) => context.measureText(name).width < room - 6) ? 1 : 2;
  names.forEach((name, i) => {
    if (x.pixel(i) < left || x.pixel(i) > left + width) return; // beyond a zoom
    context.fillText(name, x.pixel(i), top + height + (i % lines ? 1.7 : 0.4) * small, lines * room - 4);
  });
  if (lines === 1 && panel.x.label) context.fillText(panel.x.label, left + width / 2, top + height + 1.7 * small);
}

/**
 * The pixels that a tick takes along x.
 * @param {CanvasRenderingContext2D} context
 * @param {Axis} axis
 */
function tickRoom(context, axis) {
  return axis.names ? 18 + Math.max(...axis.names.map((name) => context.measureText(name).width)) : 78;
}

/**
 * What stands above a plot: its title in the title's colour, what y is, and the scale of a heat map at the right.
 * @param {CanvasRenderingContext2D} context
 * @param {Plot} plot
 * @param {Theme} theme
 */
function drawHead(context, plot, theme) {
  const { panel, fonts } = plot;
  const base = plot.top - 0.65 * theme.size;
  const most = plot.width + GAP - 8; // up to the heading of the next panel
  context.textBaseline = "alphabetic";
  context.textAlign = "left";
  context.font = fonts.title;
  context.fillStyle = theme.ink[panel.title_colour];
  context.fillText(panel.title, plot.left, base - (plot.lines - 1) * 1.3 * plot.small, most);
  let after = plot.left + (plot.lines === 1 ? context.measureText(panel.title).width + 10 : 0);
  context.font = fonts.small;
  context.fillStyle = theme.ink.neutral;
  if (panel.y.label && plot.showsY) {
    context.fillText(panel.y.label, after, base, plot.left + most - after);
    after += context.measureText(panel.y.label).width + 10;
  }
  const plain = ["faint", "ink", "wrong", "photo"];
  const maps = panel.layers.filter((layer) => layer.kind === "HeatMap");
  const heat = maps.find((layer) => !plain.includes(layer.colormap));
  if (heat) drawColourBar(context, plot, heat, after, base, theme);
}

/**
 * The colours of a heat map from low to high, if there is room from `after` on.
 * @param {CanvasRenderingContext2D} context
 * @param {Plot} plot
 * @param {HeatMap} heat
 * @param {number} after
 * @param {number} base
 * @param {Theme} theme
 */
function drawColourBar(context, plot, heat, after, base, theme) {
  const low = heat.ends?.[0] ?? `${heat.below ? "≤ " : ""}${formatBriefly(heat.low)}`;
  const high = heat.ends?.[1] ?? `${heat.above ? "≥ " : ""}${formatBriefly(heat.high)} ${heat.unit}`.trim();
  const right = plot.left + plot.width;
  const bar = Math.min(90, right - after - context.measureText(low + high).width - 12);
  if (bar < 24) return;
  const end = right - context.measureText(high).width - 6;
  const { css } = colourMap(theme, heat.colormap);
  const ramp = context.createLinearGradient(end - bar, 0, end, 0);
  for (let i = 0; i <= 16; i += 1) ramp.addColorStop(i / 16, css(Math.round((i / 16) * LEVEL_STEPS)));
  context.fillText(high, end + 6, base);
  context.textAlign = "right";
  context.fillText(low, end - bar - 6, base);
  context.fillStyle = ramp;
  context.fillRect(end - bar, base - 9, bar, 8);
  context.strokeStyle = theme.roles.grid;
  context.lineWidth = 1;
  context.strokeRect(end - bar - 0.5, base - 9.5, bar + 1, 9);
}
