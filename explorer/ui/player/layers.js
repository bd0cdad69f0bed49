// One function for each kind of layer. Each draws one frame into a clipped plot {x, y: scales, left, top, ...}.

const DRAW_LAYER = {
  Lines: drawLines, Points: drawPoints, Judged: drawJudged, Arrows: drawArrows, HeatMap: drawHeatMap,
  Band: drawBand, Rule: drawRule,
};

function drawLines(context, layer, frame, plot, theme) {
  const x = atFrame(layer.x, frame);
  context.lineWidth = layer.width;
  context.lineJoin = "round";
  context.setLineDash(layer.dash ? [6, 5] : []);
  for (const number of drawingOrder(layer)) {
    const y = lineOf(layer, number, frame);
    context.strokeStyle = context.fillStyle = theme.roles[lineRole(layer, number)];
    if (layer.fill !== null) fillUnder(context, x, y, layer, plot);
    context.globalAlpha = layer.opacity;
    context.beginPath();
    tracePath(context, x, y, plot);
    context.stroke();
  }
}

// The numbers of a layer's lines, one colour after the other, so that the later of the colours lies on top.
function drawingOrder(layer) {
  if (layer.order) return layer.order;
  const numbers = [...Array(layer.y.shape[0]).keys()];
  if (layer.category) numbers.sort((a, b) => layer.category.codes[a] - layer.category.codes[b]);
  layer.order = numbers;
  return numbers;
}

function lineOf(layer, number, frame) {
  const length = layer.y.shape[1];
  return atFrame(layer.y, frame).subarray(number * length, (number + 1) * length);
}

function lineRole(layer, number) {
  return layer.category ? layer.colours[layer.category.codes[number]] : layer.colour;
}

// A gap in the data is a gap in the path.
function tracePath(context, x, y, plot) {
  let open = false;
  for (let i = 0; i < x.length; i += 1) {
    const here = y[i] !== COORDINATE_NAN && x[i] !== COORDINATE_NAN;
    if (here && open) context.lineTo(plot.x.codePixel(x[i]), plot.y.codePixel(y[i]));
    else if (here) context.moveTo(plot.x.codePixel(x[i]), plot.y.codePixel(y[i]));
    open = here;
  }
}

function fillUnder(context, x, y, layer, plot) {
  const base = plot.y.pixel(plot.y.axis.toUnits(layer.fill));
  context.globalAlpha = 0.25 * layer.opacity;
  context.beginPath();
  for (let i = 0; i < x.length; i += 1) {
    if (y[i] === COORDINATE_NAN || x[i] === COORDINATE_NAN) continue;
    const start = i;
    context.moveTo(plot.x.codePixel(x[i]), base);
    for (; i < x.length && y[i] !== COORDINATE_NAN && x[i] !== COORDINATE_NAN; i += 1) {
      context.lineTo(plot.x.codePixel(x[i]), plot.y.codePixel(y[i]));
    }
    if (i > start) context.lineTo(plot.x.codePixel(x[i - 1]), base);
  }
  context.fill();
}

// One colour after the other, so that the later of the colours lies on top.
function drawPoints(context, layer, frame, plot, theme) {
  const xy = atFrame(layer.xy, frame);
  const category = layer.category && atFrame(layer.category, frame);
  const roles = category ? layer.colours : [layer.colour];
  context.globalAlpha = layer.opacity;
  roles.forEach((role, kind) => {
    context.fillStyle = theme.roles[role];
    for (let i = 0; i < xy.length / 2; i += 1) {
      if (category && category[i] !== kind) continue;
      if (isGap(xy, i)) continue;
      context.beginPath(); // each its own path: faster than one of thousands, and overlaps show
      context.arc(plot.x.codePixel(xy[2 * i]), plot.y.codePixel(xy[2 * i + 1]), layer.size / 2, 0, 2 * Math.PI);
      context.fill();
    }
  });
}

function pointRole(layer, number, frame) {
  return layer.category ? layer.colours[atFrame(layer.category, frame)[number]] : layer.colour;
}

function drawArrows(context, layer, frame, plot, theme) {
  const xy = atFrame(layer.xy, frame);
  const uv = atFrame(layer.uv, frame);
  context.strokeStyle = theme.roles[layer.colour];
  context.lineWidth = 1.4;
  context.lineCap = "round";
  context.beginPath();
  for (let i = 0; i < xy.length; i += 2) {
    if (uv[i] === COORDINATE_NAN || uv[i + 1] === COORDINATE_NAN || xy[i] === COORDINATE_NAN) continue;
    const foot = [plot.x.codePixel(xy[i]), plot.y.codePixel(xy[i + 1])];
    const step = [plot.x.perCode * uv[i], plot.y.perCode * uv[i + 1]];
    const length = Math.hypot(...step);
    if (length < 0.5) continue;
    const tip = [foot[0] + step[0], foot[1] + step[1]];
    const barb = Math.min(6, 0.4 * length) / length;
    context.moveTo(...foot);
    context.lineTo(...tip);
    for (const side of [-0.55, 0.55]) {
      context.moveTo(...tip);
      context.lineTo(tip[0] - barb * (step[0] - side * step[1]), tip[1] - barb * (step[1] + side * step[0]));
    }
  }
  context.stroke();
}

function drawHeatMap(context, layer, frame, plot, theme) {
  const [rows, cols] = layer.values.shape;
  const levels = atFrame(layer.values, frame);
  const { words } = colourMap(theme, layer.colormap);
  layer.picture ??= Object.assign(document.createElement("canvas"), { width: cols, height: rows });
  const brush = layer.picture.getContext("2d");
  const image = brush.createImageData(cols, rows);
  const pixels = new Uint32Array(image.data.buffer);
  for (let row = 0; row < rows; row += 1) {
    const to = (plot.y.axis.reverse ? row : rows - 1 - row) * cols; // row 0 lies at the low end of y
    for (let col = 0; col < cols; col += 1) {
      pixels[to + (plot.x.axis.reverse ? cols - 1 - col : col)] = words[levels[row * cols + col]];
    }
  }
  brush.putImageData(image, 0, 0);
  const [[x0, x1], [y0, y1]] = heatMapPixels(layer, plot);
  context.imageSmoothingEnabled = !layer.sharp;
  context.drawImage(layer.picture, Math.min(x0, x1), Math.min(y0, y1), Math.abs(x1 - x0), Math.abs(y1 - y0));
}

function heatMapPixels(layer, plot) {
  return ["x", "y"].map((name) => {
    const { axis, pixel } = plot[name];
    return (layer[name] ?? [axis.low, axis.high]).map((value) => pixel(axis.toUnits(value)));
  });
}

// The cell of a heat map at a place in axis units, or null beside it.
// The number of the cell, or of the tile of so many cells a side, at a place; null beside the map.
function cellAt(layer, at, panel, tile = 1) {
  const [rows, cols] = layer.values.shape.map((cells) => Math.ceil(cells / tile));
  const [col, row] = [["x", cols], ["y", rows]].map(([name, count]) => {
    const axis = panel[name];
    const [low, high] = (layer[name] ?? [axis.low, axis.high]).map(axis.toUnits);
    return Math.floor(((at[name] - low) / (high - low)) * count);
  });
  return col < 0 || row < 0 || col >= cols || row >= rows ? null : row * cols + col;
}

function cellBox(layer, number, plot) {
  const [rows, cols] = layer.values.shape.map((cells) => Math.ceil(cells / layer.tile));
  const [[x0, x1], [y0, y1]] = heatMapPixels(layer, plot);
  const [width, height] = [(x1 - x0) / cols, (y1 - y0) / rows]; // either may be below 0
  const [left, top] = [x0 + (number % cols) * width, y0 + Math.floor(number / cols) * height];
  return [Math.min(left, left + width), Math.min(top, top + height), Math.abs(width), Math.abs(height)];
}

function drawBand(context, layer, frame, plot, theme) {
  const scale = plot[layer.orientation];
  const [a, b] = [layer.low, layer.high].map((value) => scale.pixel(scale.axis.toUnits(value)));
  context.globalAlpha = layer.opacity;
  context.fillStyle = theme.roles[layer.colour];
  if (layer.orientation === "x") context.fillRect(Math.min(a, b), plot.top, Math.abs(b - a), plot.height);
  else context.fillRect(plot.left, Math.min(a, b), plot.width, Math.abs(b - a));
}

function drawRule(context, layer, frame, plot, theme) {
  const scale = plot[layer.orientation];
  context.strokeStyle = theme.roles[layer.colour];
  context.globalAlpha = layer.colour === "neutral" ? 0.55 : 0.9;
  context.setLineDash(layer.dash ? [4, 4] : []);
  hairline(context, plot, layer.orientation, scale.pixel(scale.axis.toUnits(layer.at)));
}

// A line across the plot, at one value of x or of y; of one pixel if nothing else is said.
function hairline(context, plot, orientation, pixel, width = 1) {
  const at = Math.round(pixel) + (width % 2) / 2;
  context.lineWidth = width;
  context.beginPath();
  if (orientation === "x") { context.moveTo(at, plot.top); context.lineTo(at, plot.top + plot.height); }
  else { context.moveTo(plot.left, at); context.lineTo(plot.left + plot.width, at); }
  context.stroke();
}
