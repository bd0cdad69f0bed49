// What the pointer reads off a panel: rows of {name, text, role} at a place in axis units.

function readPanel(plot, frame, at, hasY) {
  const { panel } = plot;
  const rows = [{ name: panel.x.label || "x", text: readOff(at.x, panel.x), role: "neutral" }];
  for (const layer of panel.layers) {
    if (layer.kind === "Lines" && layer.y.shape[0] === 1) rows.push(readLine(layer, frame, at.x, panel));
    if (!hasY) continue;
    if (layer.kind === "HeatMap") rows.push(readHeatMap(layer, frame, at, panel));
    if (layer.kind === "Arrows") rows.push(readArrow(layer, frame, at, plot));
    if (layer.kind === "Points") rows.push(readPoint(layer, frame, at, plot));
  }
  return rows.filter((row) => row !== null);
}

// Straight between its points, as it is drawn.
function readLine(layer, frame, units, panel) {
  const x = atFrame(layer.x, frame);
  const y = atFrame(layer.y, frame);
  for (let i = 1; i < x.length; i += 1) {
    const [a, b] = [decode(x[i - 1], panel.x), decode(x[i], panel.x)];
    if ((units - a) * (units - b) > 0 || y[i] === COORDINATE_NAN || y[i - 1] === COORDINATE_NAN) continue;
    const share = a === b ? 0 : (units - a) / (b - a);
    const text = readOff(decode(y[i - 1] + share * (y[i] - y[i - 1]), panel.y), panel.y);
    return { name: layer.name || panel.title, text, role: layer.colour };
  }
  return null;
}

function readHeatMap(layer, frame, at, panel) {
  const [rows, cols] = layer.values.shape;
  const [col, row] = [["x", cols], ["y", rows]].map(([name, count]) => {
    const axis = panel[name];
    const [low, high] = (layer[name] ?? [axis.low, axis.high]).map(axis.toUnits);
    return Math.floor(((at[name] - low) / (high - low)) * count);
  });
  if (col < 0 || row < 0 || col >= cols || row >= rows) return null;
  const level = atFrame(layer.values, frame)[row * cols + col];
  if (level > LEVEL_STEPS) return null;
  const value = layer.low + (level / LEVEL_STEPS) * (layer.high - layer.low);
  const edge = level === 0 && layer.low !== 0 ? "≤ " : level === LEVEL_STEPS ? "≥ " : "";
  const text = `${edge}${formatNumber(value, 2)} ${layer.unit}`.trim();
  return { name: layer.name || panel.title, text, role: "text" };
}

function readArrow(layer, frame, at, plot) {
  const { index } = nearest(atFrame(layer.xy, frame), at, plot);
  const uv = atFrame(layer.uv, frame);
  if (index < 0 || uv[2 * index] === COORDINATE_NAN) return null;
  const text = [plot.panel.x, plot.panel.y].map((axis, i) => {
    return formatNumber((uv[2 * index + i] / COORDINATE_STEPS) * (axis.end - axis.start));
  });
  return { name: layer.name || "arrow", text: `(${text.join(", ")})`, role: layer.colour };
}

function readPoint(layer, frame, at, plot) {
  const xy = atFrame(layer.xy, frame);
  const { index, distance } = nearest(xy, at, plot);
  if (distance > 12) return null;
  const text = [plot.panel.x, plot.panel.y].map((axis, i) => readOff(decode(xy[2 * index + i], axis), axis));
  const role = layer.category ? layer.colours[atFrame(layer.category, frame)[index]] : layer.colour;
  return { name: layer.name || "point", text: `(${text.join(", ")})`, role };
}

// The pair of codes closest to a place, and its distance in pixels.
function nearest(xy, at, plot) {
  const [x, y] = [plot.x.pixel(at.x), plot.y.pixel(at.y)];
  let found = { index: -1, distance: Infinity };
  for (let i = 0; i < xy.length / 2; i += 1) {
    if (xy[2 * i] === COORDINATE_NAN || xy[2 * i + 1] === COORDINATE_NAN) continue;
    const distance = Math.hypot(plot.x.codePixel(xy[2 * i]) - x, plot.y.codePixel(xy[2 * i + 1]) - y);
    if (distance < found.distance) found = { index: i, distance };
  }
  return found;
}
