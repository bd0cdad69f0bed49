// The picture: where the panels lie, what stands still behind the film, what moves, and the direct labels.

const GAP = 36; // between panels
const LABEL_COLUMNS = 64; // a line is looked at in this many columns when its label is placed
const FAR_LABEL = -240; // a label that would lie this far from its line, by labelWorth, is left out

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

function drawMoving(context, plot, frame, theme) {
  drawLayers(context, plot, plot.panel.layers.slice(plot.firstMoving), frame, theme);
  const cursor = plot.panel.cursor && plot.panel.x.toUnits(plot.panel.cursor[frame]);
  inside(context, plot, () => {
    context.strokeStyle = theme.roles.text;
    context.globalAlpha = 0.6;
    if (cursor !== null) hairline(context, plot, "x", plot.x.pixel(cursor));
  });
  drawNames(context, plot, frame, theme);
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
  context.fillStyle = theme.roles.neutral;
  context.strokeStyle = theme.roles.grid;
  context.textBaseline = "middle";
  context.textAlign = "right";
  const covered = panel.layers.some((layer) => layer.kind === "HeatMap");
  context.lineWidth = 1;
  if (covered) context.strokeRect(plot.left - 0.5, plot.top - 0.5, plot.width + 1, plot.height + 1);
  for (const tick of ticksOf(plot.y, Math.max(2, Math.floor(plot.height / 64)))) {
    const y = plot.y.pixel(tick.at);
    if (!covered) hairline(context, plot, "y", y);
    if (plot.showsY) context.fillText(tick.text, plot.left - 8, y, plot.left - 8);
  }
  context.textAlign = "center";
  context.textBaseline = "top";
  for (const tick of ticksOf(plot.x, Math.max(2, Math.floor(plot.width / 78)))) {
    context.fillText(tick.text, plot.x.pixel(tick.at), bottom + 0.4 * small);
  }
  if (panel.x.label) context.fillText(panel.x.label, plot.left + plot.width / 2, bottom + 1.7 * small);
}

// The line above a plot: its title in the title's colour, what y is, and the scale of a heat map at the right.
function drawHead(context, plot, theme) {
  const { panel, fonts } = plot;
  const base = plot.top - 0.65 * theme.size;
  context.textBaseline = "alphabetic";
  context.textAlign = "left";
  context.font = fonts.title;
  context.fillStyle = theme.roles[panel.title_colour];
  context.fillText(panel.title, plot.left, base);
  let after = plot.left + context.measureText(panel.title).width + 10;
  context.font = fonts.small;
  context.fillStyle = theme.roles.neutral;
  if (panel.y.label && plot.showsY) {
    context.fillText(panel.y.label, after, base);
    after += context.measureText(panel.y.label).width + 10;
  }
  const heat = panel.layers.find((layer) => layer.kind === "HeatMap" && layer.colormap !== "faint");
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

// Direct labels. A line's label keeps its place along x and its side for the whole film, so that it follows the
// line without jumping. It lies above or below all lines there, where it is nearest to its own in a few frames.
function placeLabels(context, plot) {
  const lines = plot.panel.layers.filter((layer) => layer.kind === "Lines");
  const frames = Math.max(...lines.map((line) => Math.max(line.y.frames, line.x.frames)), 1);
  const sampled = [...new Set([0, 0.2, 0.4, 0.6, 0.8, 1].map((share) => Math.round(share * (frames - 1))))];
  const heights = sampled.map((frame) => lines.map((line) => columnsOf(line, frame, plot)));
  context.font = plot.fonts.label;
  const labels = [];
  lines.forEach((line, which) => {
    if (!line.name || line.name === plot.panel.title) return;
    const span = Math.ceil((context.measureText(line.name).width / plot.width) * LABEL_COLUMNS);
    let best = { worth: -Infinity };
    for (let first = 1; first < LABEL_COLUMNS - span; first += 1) {
      for (const above of [true, false]) {
        const label = { line, which, lines, first, span, above };
        label.bases = heights.map((columns) => labelBase(label, columns, plot));
        label.worth = labelWorth(label, heights, labels, plot);
        if (label.worth > best.worth) best = label;
      }
    }
    if (best.worth > FAR_LABEL * sampled.length) labels.push(best);
  });
  return labels;
}

function labelWorth(label, heights, labels, plot) {
  const size = 1.25 * plot.small;
  let worth = 0;
  label.bases.forEach((base, sample) => {
    const own = under(label, heights[sample][label.which]);
    if (base === null || own.length === 0) { worth -= 200; return; }
    const middle = base - 0.35 * plot.small;
    worth -= Math.max(...own.map((y) => Math.abs(y - middle)));
    worth -= 2 * Math.min(...own.map((y) => Math.abs(y - middle)));
    if (base - size < plot.top || base > plot.top + plot.height - 4) worth -= 150;
    for (const other of labels) {
      const apart = other.first > label.first + label.span + 1 || other.first + other.span + 1 < label.first;
      if (!apart && Math.abs(other.bases[sample] - base) < size) worth -= 150;
    }
  });
  return worth;
}

// The baseline of a label above or below every line in its columns; null where there is none.
function labelBase(label, columns, plot) {
  const all = columns.flatMap((ofLine) => under(label, ofLine));
  if (all.length === 0) return null;
  return label.above ? Math.min(...all) - 8 : Math.max(...all) + 6 + 0.8 * plot.small;
}

// The pixels that lines reach in the columns of a label.
function under({ first, span }, columns) {
  return columns.slice(first, first + span + 1).flat();
}

// The highest and lowest y pixel of a layer's lines in each column of the plot, as [] or [top, bottom].
function columnsOf(line, frame, plot) {
  const x = atFrame(line.x, frame);
  const y = atFrame(line.y, frame);
  const column = Array.from(x, (code) => ((plot.x.codePixel(code) - plot.left) / plot.width) * LABEL_COLUMNS);
  const reached = Array.from({ length: LABEL_COLUMNS }, () => []);
  for (let i = 1; i < y.length; i += 1) {
    const to = i % x.length;
    if (to === 0 || y[i] === COORDINATE_NAN || y[i - 1] === COORDINATE_NAN) continue;
    const [a, b] = [column[to - 1], column[to]];
    const last = Math.min(Math.max(a, b), LABEL_COLUMNS - 1);
    for (let at = Math.max(Math.ceil(Math.min(a, b)), 0); at <= last; at += 1) {
      const share = a === b ? 0 : (at - a) / (b - a);
      const pixel = plot.y.codePixel(y[i - 1] + share * (y[i] - y[i - 1]));
      const [top = pixel, bottom = pixel] = reached[at];
      reached[at] = [Math.min(top, pixel), Math.max(bottom, pixel)];
    }
  }
  return reached;
}

function drawNames(context, plot, frame, theme) {
  const bottom = plot.top + plot.height;
  context.save();
  context.font = plot.fonts.label;
  context.textBaseline = "alphabetic";
  const lines = plot.labels[0]?.lines ?? [];
  const still = !lines.some((line) => line.moves);
  const columns = still ? [] : lines.map((line) => columnsOf(line, frame, plot));
  for (const label of plot.labels) {
    const base = still ? label.bases[0] : labelBase(label, columns, plot);
    if (base === null) continue;
    const x = plot.left + (label.first / LABEL_COLUMNS) * plot.width;
    const y = clamp(base, plot.top + plot.small, bottom - 6);
    writeOver(context, label.line.name, x, y, theme.roles[label.line.colour], theme);
  }
  let x = plot.left + 8;
  for (const layer of plot.panel.layers) {
    if (!layer.name || layer.kind === "Lines") continue;
    if (layer.kind === "Band" || layer.kind === "Rule") nameOnAxis(context, layer, plot, theme);
    else {
      const role = layer.colour ?? "neutral";
      writeOver(context, layer.name, x, plot.top + 1.3 * plot.small, theme.roles[role], theme);
      x += context.measureText(layer.name).width + 14;
    }
  }
  context.restore();
}

function nameOnAxis(context, layer, plot, theme) {
  const { axis, pixel } = plot[layer.orientation];
  const at = pixel(axis.toUnits(layer.kind === "Band" ? (layer.low + layer.high) / 2 : layer.at));
  const vertical = layer.orientation === "x";
  const [first, size] = vertical ? [plot.left, plot.width] : [plot.top, plot.height];
  if (at < first || at > first + size) return;
  context.textAlign = vertical && layer.kind === "Band" ? "center" : vertical ? "left" : "right";
  const x = vertical ? at + (layer.kind === "Rule" ? 6 : 0) : plot.left + plot.width - 6;
  const y = vertical ? plot.top + plot.small : at - 6;
  writeOver(context, layer.name, x, y, theme.roles[layer.colour], theme);
  context.textAlign = "left";
}

function writeOver(context, text, x, y, colour, theme) {
  context.lineJoin = "round";
  context.lineWidth = 4;
  context.strokeStyle = theme.roles.ground;
  context.strokeText(text, x, y);
  context.fillStyle = colour;
  context.fillText(text, x, y);
}

function clamp(value, low, high) {
  return Math.min(Math.max(value, low), high);
}
