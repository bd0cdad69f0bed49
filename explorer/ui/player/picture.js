// The picture: where the panels lie, what stands still behind the film, and what moves.

const GAP = 36; // between panels
const GRIP = { width: 10, height: 22, reach: 10 }; // the handle of a cursor, and how near a press must be

// Plots of equal size, side by side or stacked. A panel with the y axis of the one at its left shares its labels.
function layOut(film, views, width, height, stacked, context, theme) {
  const small = Math.max(14, 0.78 * theme.size);
  const fonts = {
    small: `${small}px ${theme.family}`,
    label: `600 ${small}px ${theme.family}`,
    title: `600 ${Math.max(15, 0.92 * theme.size)}px ${theme.family}`,
  };
  context.font = fonts.small;
  const { panels } = film;
  const rows = stacked ? panels.length : 1;
  const showsY = panels.map((panel, i) => stacked || i === 0 || !sameAxis(panel.y, panels[i - 1].y));
  const gutter = Math.max(...panels.map((panel) => labelWidth(context, panel.y)));
  const columns = stacked ? [true] : showsY;
  const taken = gutter * columns.filter(Boolean).length + GAP * (columns.length - 1) + 14;
  const plotWidth = Math.max(40, (width - taken) / columns.length);
  const head = 1.75 * theme.size;
  const foot = (panels.some((panel) => panel.x.label) ? 3.1 : 1.6) * small;
  let left = 0;
  return panels.map((panel, i) => {
    left = stacked ? gutter : left + (i ? plotWidth + GAP : 0) + (showsY[i] ? gutter : 0);
    const top = (stacked ? i : 0) * (height / rows) + head;
    const box = { left, top, width: plotWidth, height: Math.max(40, height / rows - head - foot) };
    const plot = { ...(panel.equal ? equalAspect(box, views[i]) : box), fonts, small, panel, showsY: showsY[i] };
    plot.x = makeScale(panel.x, views[i].x, plot.left, plot.left + plot.width);
    plot.y = makeScale(panel.y, views[i].y, plot.top + plot.height, plot.top);
    return plot;
  });
}

function sameAxis(a, b) {
  return ["low", "high", "log", "reverse", "label"].every((name) => a[name] === b[name]);
}

function labelWidth(context, axis) {
  const texts = ticksOf(makeScale(axis, [axis.start, axis.end], 300, 0), 5).map((tick) => tick.text);
  return Math.max(...["0.0", ...texts].map((text) => context.measureText(text).width)) + 10;
}

function equalAspect(box, view) {
  const [across, up] = [view.x[1] - view.x[0], view.y[1] - view.y[0]];
  const scale = Math.min(box.width / across, box.height / up);
  const [width, height] = [across * scale, up * scale];
  return { left: box.left + (box.width - width) / 2, top: box.top + (box.height - height) / 2, width, height };
}

// Everything behind the first moving layer of each panel. Drawn once, until data, view, size or theme change.
function drawStill(context, plots, theme) {
  for (const plot of plots) {
    plot.labels = placeLabels(context, plot);
    plot.firstMoving = plot.panel.layers.findIndex((layer) => layer.moves);
    if (plot.firstMoving < 0) plot.firstMoving = plot.panel.layers.length;
    drawAxes(context, plot, theme);
    drawHead(context, plot, theme);
    drawLayers(context, plot, plot.panel.layers.slice(0, plot.firstMoving), 0, theme);
  }
}

function drawMoving(context, plot, frame, picked, theme) {
  drawLayers(context, plot, plot.panel.layers.slice(plot.firstMoving), frame, theme);
  singleOut(context, plot, frame, picked, theme);
  const cursor = plot.panel.cursor && plot.x.pixel(plot.panel.cursorUnits[frame]);
  if (cursor !== null) drawCursor(context, plot, cursor, theme);
  drawNames(context, plot, frame, theme);
  if (plot.panel.scrub && isInside(plot, cursor, plot.top)) drawGrip(context, plot, Math.round(cursor), theme);
}

function drawCursor(context, plot, x, theme) {
  const { scrub } = plot.panel;
  inside(context, plot, () => {
    context.strokeStyle = theme.roles.text;
    context.globalAlpha = scrub ? 0.9 : 0.6;
    hairline(context, plot, "x", x, scrub ? 2 : 1);
  });
}

// The handle by which a cursor is dragged.
function drawGrip(context, plot, x, theme) {
  const { width, height } = GRIP;
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

// The pointer's lines; the horizontal one only where y means something.
function drawCross(context, plot, { x, y, hasY }, theme) {
  inside(context, plot, () => {
    context.strokeStyle = theme.roles.neutral;
    context.globalAlpha = 0.6;
    hairline(context, plot, "x", plot.x.pixel(x));
    if (hasY) hairline(context, plot, "y", plot.y.pixel(y));
  });
}

function drawLayers(context, plot, layers, frame, theme) {
  for (const layer of layers) inside(context, plot, () => DRAW_LAYER[layer.kind](context, layer, frame, plot, theme));
}

function isInside({ left, top, width, height }, x, y) {
  return x >= left - 1 && x <= left + width + 1 && y >= top - 1 && y <= top + height + 1;
}

// Draw within the plot, and leave the context as it was.
function inside(context, plot, draw) {
  context.save();
  context.beginPath();
  context.rect(plot.left, plot.top, plot.width, plot.height);
  context.clip();
  draw();
  context.restore();
}

function drawAxes(context, plot, theme) {
  const { fonts, small, panel } = plot;
  const bottom = plot.top + plot.height;
  context.font = fonts.small;
  context.fillStyle = theme.ink.neutral;
  context.strokeStyle = theme.roles.grid;
  context.textBaseline = "middle";
  context.textAlign = "right";
  const covered = panel.layers.some((layer) => layer.kind === "HeatMap");
  context.lineWidth = 1;
  if (covered) context.strokeRect(plot.left - 0.5, plot.top - 0.5, plot.width + 1, plot.height + 1);
  for (const tick of ticksOf(plot.y, Math.max(2, Math.floor(plot.height / (panel.y.names ? 1.8 * small : 64))))) {
    const y = plot.y.pixel(tick.at);
    if (!covered) hairline(context, plot, "y", y);
    if (plot.showsY) context.fillText(tick.text, plot.left - 8, y, plot.left - 8);
  }
  context.textAlign = "center";
  context.textBaseline = "top";
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

// The pixels that a tick takes along x.
function tickRoom(context, axis) {
  return axis.names ? 18 + Math.max(...axis.names.map((name) => context.measureText(name).width)) : 78;
}

// The line above a plot: its title in the title's colour, what y is, and the scale of a heat map at the right.
function drawHead(context, plot, theme) {
  const { panel, fonts } = plot;
  const base = plot.top - 0.65 * theme.size;
  context.textBaseline = "alphabetic";
  context.textAlign = "left";
  context.font = fonts.title;
  context.fillStyle = theme.ink[panel.title_colour];
  context.fillText(panel.title, plot.left, base);
  let after = plot.left + context.measureText(panel.title).width + 10;
  context.font = fonts.small;
  context.fillStyle = theme.ink.neutral;
  if (panel.y.label && plot.showsY) {
    context.fillText(panel.y.label, after, base);
    after += context.measureText(panel.y.label).width + 10;
  }
  const plain = ["faint", "ink", "wrong"];
  const heat = panel.layers.find((layer) => layer.kind === "HeatMap" && !plain.includes(layer.colormap));
  if (heat) drawColourBar(context, plot, heat, after, base, theme);
}

function drawColourBar(context, plot, heat, after, base, theme) {
  const low = formatBriefly(heat.low);
  const high = `${formatBriefly(heat.high)} ${heat.unit}`.trim();
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
