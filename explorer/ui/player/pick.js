// Picking: what lies under the pointer, and how the number that is singled out shows in every layer that has it.

const DOT_REACH = 14; // pixels
const LINE_REACH = 12;
const FAVOUR = 4; // pixels by which a hallucinated dot, on top and larger, counts as nearer

// The number of the item at a place in axis units: the nearest dot, else the nearest line, else the cell; or null.
function itemAt(plot, frame, at) {
  const layers = plot.panel.layers.filter((layer) => layer.pick);
  const near = (kinds, find, reach) => {
    const found = layers.filter((layer) => kinds.includes(layer.kind)).map(find);
    const nearest = found.reduce((a, b) => (b.distance < a.distance ? b : a), { distance: Infinity });
    return nearest.distance <= reach ? nearest.index : null;
  };
  const dot = near(["Points", "Judged"], (layer) => nearestDot(layer, frame, at, plot), DOT_REACH);
  const line = dot ?? near(["Lines"], (layer) => nearestLine(layer, frame, at, plot), LINE_REACH);
  if (line !== null) return line;
  const map = layers.findLast((layer) => layer.kind === "HeatMap");
  return map ? cellAt(map, at, plot.panel, map.tile) : null;
}

function itemCount(layer) {
  if (!layer.pick) return 0;
  if (layer.kind === "HeatMap") return layer.values.size / layer.tile ** 2;
  return layer.kind === "Lines" ? layer.y.shape[0] : layer.xy.shape[0];
}

// The dot of a layer closest to a place, and its distance in pixels.
function nearestDot(layer, frame, at, plot) {
  return nearest(atFrame(layer.xy, frame), at, plot, layer.hallucinated?.codes);
}

// The pair of codes closest to a place, and its distance in pixels.
function nearest(xy, at, plot, favoured) {
  const [x, y] = [plot.x.pixel(at.x), plot.y.pixel(at.y)];
  const [zeroX, zeroY, stepX, stepY] = [plot.x.codePixel(0), plot.y.codePixel(0), plot.x.perCode, plot.y.perCode];
  const found = { index: -1, distance: Infinity };
  for (let i = 0; i < xy.length / 2; i += 1) {
    if (isGap(xy, i)) continue;
    const [dx, dy] = [zeroX + stepX * xy[2 * i] - x, zeroY + stepY * xy[2 * i + 1] - y];
    const distance = Math.sqrt(dx * dx + dy * dy) - (favoured?.[i] ? FAVOUR : 0);
    if (distance < found.distance) Object.assign(found, { index: i, distance });
  }
  return found;
}

// The line of a layer closest to a place, and its distance in pixels if that is within reach.
function nearestLine(layer, frame, at, plot) {
  const [x, y] = [plot.x.pixel(at.x), plot.y.pixel(at.y)];
  const across = Float32Array.from(atFrame(layer.x, frame), (code) => {
    return code === COORDINATE_NAN ? NaN : plot.x.codePixel(code);
  });
  const within = []; // the segments whose x is within reach
  for (let i = 1; i < across.length; i += 1) {
    const [a, b] = [across[i - 1], across[i]];
    if (Math.min(a, b) <= x + LINE_REACH && Math.max(a, b) >= x - LINE_REACH) within.push(i);
  }
  let found = { index: -1, distance: Infinity };
  for (const index of drawingOrder(layer)) {
    const codes = lineOf(layer, index, frame);
    for (const i of within) {
      if (codes[i] === COORDINATE_NAN || codes[i - 1] === COORDINATE_NAN) continue;
      const [a, b] = [plot.y.codePixel(codes[i - 1]), plot.y.codePixel(codes[i])];
      const distance = toSegment(x, y, across[i - 1], a, across[i], b);
      if (distance <= found.distance) found = { index, distance }; // of two that meet, the one on top
    }
  }
  return found;
}

function toSegment(x, y, ax, ay, bx, by) {
  const [dx, dy] = [bx - ax, by - ay];
  const share = clamp(((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy) || 0, 0, 1);
  return Math.hypot(ax + share * dx - x, ay + share * dy - y);
}

// ---- the one singled out ------------------------------------------------------------------------------------

const OUTLINES = { Lines: outlineLine, HeatMap: outlineCell };
const MARKED = { Points: markPoint, Judged: markJudged };

// The way a dot came lies under everything else, and rings on top.
function singleOut(context, plot, frame, number, theme) {
  if (number === null) return;
  const layers = plot.panel.layers.filter((layer) => number < itemCount(layer));
  inside(context, plot, () => {
    for (const layer of layers) if (layer.kind === "Points") drawTrail(context, layer, frame, plot, number, theme);
    for (const layer of layers) OUTLINES[layer.kind]?.(context, layer, frame, plot, number, theme);
  });
  context.save();
  for (const layer of layers) MARKED[layer.kind]?.(context, layer, frame, plot, number, theme);
  context.restore();
}

function drawTrail(context, layer, frame, plot, number, theme) {
  if (layer.xy.frames === 1) return;
  context.lineJoin = "round";
  context.beginPath();
  for (let f = 0, open = false; f <= frame; f += 1) {
    const place = dotPixel(layer, f, plot, number);
    if (place && open) context.lineTo(...place);
    else if (place) context.moveTo(...place);
    open = place !== null;
  }
  context.globalAlpha = 0.6;
  context.strokeStyle = theme.roles.text;
  context.lineWidth = 1.25;
  context.stroke();
}

function outlineLine(context, layer, frame, plot, number, theme) {
  context.lineJoin = "round";
  context.setLineDash(layer.dash ? [6, 5] : []);
  context.beginPath();
  tracePath(context, atFrame(layer.x, frame), lineOf(layer, number, frame), plot);
  strokeOver(context, layer.width + 1.5, theme.roles[lineRole(layer, number)], theme);
}

function outlineCell(context, layer, frame, plot, number, theme) {
  context.lineJoin = "miter";
  context.setLineDash([]);
  context.beginPath();
  context.rect(...cellBox(layer, number, plot));
  strokeOver(context, 2, theme.roles.text, theme);
}

function markPoint(context, layer, frame, plot, number, theme) {
  ringMark(context, layer, frame, plot, number, true, layer.size, pointRole(layer, number, frame), theme);
}

function markJudged(context, layer, frame, plot, number, theme) {
  const size = layer.hallucinated.codes[number] ? badSize(layer) : Math.max(layer.size, 4);
  const [kept, role] = [isKept(layer, number, frame), judgedRole(layer, number, frame)];
  ringMark(context, layer, frame, plot, number, kept, size, role, theme);
}

function judgedRole(layer, number, frame) {
  if (layer.hallucinated.codes[number]) return "hallucinated";
  return isKept(layer, number, frame) ? "kept" : "neutral";
}

function dotPixel(layer, frame, plot, number) {
  const xy = atFrame(layer.xy, frame);
  return isGap(xy, number) ? null : [plot.x.codePixel(xy[2 * number]), plot.y.codePixel(xy[2 * number + 1])];
}

// The mark once more, ringed: whole even at the edge of the plot, and not beyond it.
function ringMark(context, layer, frame, plot, number, kept, size, role, theme) {
  const place = dotPixel(layer, frame, plot, number);
  if (!place || !isInside(plot, ...place)) return;
  ring(context, ...place, size, theme);
  drawMark(context, ...place, kept, size, theme.roles[role]);
}

// A disc of ground with a rim in the colour of the text, around what has this size.
function ring(context, x, y, size, theme) {
  context.beginPath();
  context.arc(x, y, size / 2 + 4.5, 0, 2 * Math.PI);
  context.fillStyle = theme.roles.ground;
  context.fill();
  strokeOver(context, 2, theme.roles.text, theme);
}

// The path at hand, opaque, apart from what lies under it by a halo of the ground.
function strokeOver(context, width, colour, theme) {
  context.globalAlpha = 1;
  context.strokeStyle = theme.roles.ground;
  context.lineWidth = width + 3;
  context.stroke();
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.stroke();
}
