// One function for each kind of layer. Each draws one frame into the plot that its context is clipped to.

import { contextOf, drawAcross } from "./canvas.js";
import { colourMap, parseColour } from "./colour.js";
import { drawJudged } from "./judged.js";
import { atFrame, codesPerCell, COORDINATE_NAN, isGap } from "./message.js";

/** @import { Theme } from "./colour.js" */
/** @import { Plot } from "./layout.js" */
/** @import { Arrows, Band, HeatMap, Layer, Lines, Panel, Points, Regions, Role, Rule } from "./message.js" */
/** @import { Interval } from "./scale.js" */

/**
 * @template L
 * @typedef {(context: CanvasRenderingContext2D, layer: L, frame: number, plot: Plot, theme: Theme) => void} Draw
 */

/** @type {WeakMap<Lines, number[]>} */
const ORDERS = new WeakMap();
/** @type {WeakMap<HeatMap | Regions, HTMLCanvasElement>} */
const PICTURES = new WeakMap();

/** @type {Draw<Layer>} */
export function drawLayer(context, layer, frame, plot, theme) {
  switch (layer.kind) {
    case "Lines": return drawLines(context, layer, frame, plot, theme);
    case "Points": return drawPoints(context, layer, frame, plot, theme);
    case "Judged": return drawJudged(context, layer, frame, plot, theme);
    case "Arrows": return drawArrows(context, layer, frame, plot, theme);
    case "HeatMap": return drawHeatMap(context, layer, frame, plot, theme);
    case "Regions": return drawRegions(context, layer, frame, plot, theme);
    case "Band": return drawBand(context, layer, frame, plot, theme);
    case "Rule": return drawRule(context, layer, frame, plot, theme);
  }
}

/** @type {Draw<Lines>} */
function drawLines(context, layer, frame, plot, theme) {
  const x = atFrame(layer.x, frame);
  context.lineWidth = layer.width;
  context.lineJoin = "round";
  context.setLineDash(layer.dash ? [6, 5] : []);
  for (const number of drawingOrder(layer)) {
    const y = lineOf(layer, number, frame);
    context.strokeStyle = context.fillStyle = theme.roles[lineRole(layer, number)];
    if (layer.fill !== null) fillTo(context, x, y, layer.fill, layer, plot);
    context.globalAlpha = layer.opacity;
    context.beginPath();
    tracePath(context, x, y, plot);
    context.stroke();
  }
}

/**
 * The numbers of a layer's lines, one colour after the other, so that the later of the colours lies on top.
 * @param {Lines} layer
 */
export function drawingOrder(layer) {
  let numbers = ORDERS.get(layer);
  if (!numbers) {
    numbers = [...Array(layer.y.shape[0]).keys()];
    const kinds = layer.category?.codes;
    if (kinds) numbers.sort((a, b) => kinds[a] - kinds[b]);
    ORDERS.set(layer, numbers);
  }
  return numbers;
}

/**
 * The codes of one line's y at a frame.
 * @param {Lines} layer
 * @param {number} number
 * @param {number} frame
 */
export function lineOf(layer, number, frame) {
  const length = layer.y.shape[1];
  return atFrame(layer.y, frame).subarray(number * length, (number + 1) * length);
}

/**
 * @param {Lines} layer
 * @param {number} number
 */
export function lineRole(layer, number) {
  return layer.category ? layer.colours[layer.category.codes[number]] : layer.colour;
}

/**
 * Add a line to the context's path. A gap in the data is a gap in the path.
 * @param {CanvasRenderingContext2D} context
 * @param {ArrayLike<number>} x
 * @param {ArrayLike<number>} y
 * @param {Plot} plot
 */
export function tracePath(context, x, y, plot) {
  let open = false;
  for (let i = 0; i < x.length; i += 1) {
    const here = y[i] !== COORDINATE_NAN && x[i] !== COORDINATE_NAN;
    if (here && open) context.lineTo(plot.x.codePixel(x[i]), plot.y.codePixel(y[i]));
    else if (here) context.moveTo(plot.x.codePixel(x[i]), plot.y.codePixel(y[i]));
    open = here;
  }
}

/**
 * Tint the area between a line and a value of y.
 * @param {CanvasRenderingContext2D} context
 * @param {ArrayLike<number>} x
 * @param {ArrayLike<number>} y
 * @param {number} value
 * @param {Lines} layer
 * @param {Plot} plot
 */
function fillTo(context, x, y, value, layer, plot) {
  const base = plot.y.pixel(plot.y.axis.toUnits(value));
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

/**
 * One colour after the other, so that the later of the colours lies on top.
 * @type {Draw<Points>}
 */
function drawPoints(context, layer, frame, plot, theme) {
  const xy = atFrame(layer.xy, frame);
  const category = layer.category && atFrame(layer.category, frame);
  const roles = category ? layer.colours : [layer.colour];
  context.globalAlpha = layer.opacity;
  if (layer.name && xy.length === 2 && !isGap(xy, 0)) { // on a heat map it may lie on a cell of its own colour
    context.beginPath();
    context.arc(plot.x.codePixel(xy[0]), plot.y.codePixel(xy[1]), layer.size / 2 + 1.5, 0, 2 * Math.PI);
    context.fillStyle = theme.roles.ground;
    context.fill();
  }
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

/**
 * @param {Points} layer
 * @param {number} number
 * @param {number} frame
 * @returns {Role}
 */
export function pointRole(layer, number, frame) {
  return layer.category ? layer.colours[atFrame(layer.category, frame)[number]] : layer.colour;
}

/** @type {Draw<Arrows>} */
function drawArrows(context, layer, frame, plot, theme) {
  const xy = atFrame(layer.xy, frame);
  const uv = atFrame(layer.uv, frame);
  context.strokeStyle = theme.roles[layer.colour];
  context.lineWidth = 1.4;
  context.lineCap = "round";
  context.beginPath();
  for (let i = 0; i < xy.length; i += 2) {
    if (uv[i] === COORDINATE_NAN || uv[i + 1] === COORDINATE_NAN || xy[i] === COORDINATE_NAN) continue;
    const [x, y] = [plot.x.codePixel(xy[i]), plot.y.codePixel(xy[i + 1])];
    const [dx, dy] = [plot.x.perCode * uv[i], plot.y.perCode * uv[i + 1]];
    const length = Math.hypot(dx, dy);
    if (length < 0.5) continue;
    const barb = Math.min(6, 0.4 * length) / length;
    context.moveTo(x, y);
    context.lineTo(x + dx, y + dy);
    for (const side of [-0.55, 0.55]) {
      context.moveTo(x + dx, y + dy);
      context.lineTo(x + dx - barb * (dx - side * dy), y + dy - barb * (dy + side * dx));
    }
  }
  context.stroke();
}

/** @type {Draw<HeatMap>} */
function drawHeatMap(context, layer, frame, plot, theme) {
  drawCells(context, layer, frame, plot, colourMap(theme, layer.colormap).packed, !layer.sharp);
}

/** @type {Draw<Regions>} */
function drawRegions(context, layer, frame, plot, theme) {
  const bytes = new Uint8ClampedArray(256 * 4); // what is of no kind stays transparent
  layer[theme.mode].forEach((colour, kind) => bytes.set([...parseColour(colour), 255], 4 * kind));
  drawCells(context, layer, frame, plot, new Uint32Array(bytes.buffer), false);
}

/**
 * Cells as pixels of a picture that is stretched over the layer's part of the plot.
 * @param {CanvasRenderingContext2D} context
 * @param {HeatMap | Regions} layer
 * @param {number} frame
 * @param {Plot} plot
 * @param {Uint32Array} packed the colour of each code
 * @param {boolean} blended
 */
function drawCells(context, layer, frame, plot, packed, blended) {
  const [rows, cols] = layer.values.shape;
  const codes = atFrame(layer.values, frame);
  const picture = pictureOf(layer);
  const inPicture = contextOf(picture);
  const image = inPicture.createImageData(cols, rows);
  const pixels = new Uint32Array(image.data.buffer);
  const inColour = codesPerCell(layer.values) === 3;
  for (let row = 0; row < rows; row += 1) {
    const to = (plot.y.axis.reverse ? row : rows - 1 - row) * cols; // row 0 lies at the low end of y
    for (let col = 0; col < cols; col += 1) {
      const cell = row * cols + col;
      const colour = inColour ? packedTriple(packed, codes, 3 * cell) : packed[codes[cell]];
      pixels[to + (plot.x.axis.reverse ? cols - 1 - col : col)] = colour;
    }
  }
  inPicture.putImageData(image, 0, 0);
  const [[x0, x1], [y0, y1]] = heatMapPixels(layer, plot);
  const shrinks = Math.abs(x1 - x0) * context.getTransform().a < cols; // what is a cell wide must not be lost
  context.imageSmoothingEnabled = blended || shrinks;
  context.imageSmoothingQuality = shrinks ? "high" : "low";
  const [left, top, width, height] = [Math.min(x0, x1), Math.min(y0, y1), Math.abs(x1 - x0), Math.abs(y1 - y0)];
  const tall = Math.ceil(height * context.getTransform().d);
  context.drawImage(shrinks && !blended && tall > rows ? stretchedUp(picture, tall) : picture, left, top, width, height);
}

/**
 * The packed colour of three codes, red, green and blue, each a level of the same grey colours.
 * @param {Uint32Array} packed
 * @param {ArrayLike<number>} codes
 * @param {number} at the first of the three
 */
function packedTriple(packed, codes, at) {
  const red = packed[codes[at]]; // and how far it is transparent
  return ((red & 0xff0000ff) | (packed[codes[at + 1]] & 0xff00) | (packed[codes[at + 2]] & 0xff0000)) >>> 0;
}

/**
 * A picture with higher rows, which do not run into each other when it is made narrower.
 * @param {HTMLCanvasElement} picture
 * @param {number} height
 */
function stretchedUp(picture, height) {
  const stretched = Object.assign(document.createElement("canvas"), { width: picture.width, height });
  const context = contextOf(stretched);
  context.imageSmoothingEnabled = false;
  context.drawImage(picture, 0, 0, picture.width, height);
  return stretched;
}

/**
 * A canvas with a pixel for each cell of a heat map or of regions, made once.
 * @param {HeatMap | Regions} layer
 */
function pictureOf(layer) {
  let picture = PICTURES.get(layer);
  if (!picture) {
    const [height, width] = layer.values.shape;
    picture = Object.assign(document.createElement("canvas"), { width, height });
    PICTURES.set(layer, picture);
  }
  return picture;
}

/**
 * The pixels of the low and high ends of a heat map or of regions, of x and of y.
 * @param {HeatMap | Regions} layer
 * @param {Plot} plot
 */
function heatMapPixels(layer, plot) {
  /** @type {(name: "x" | "y") => Interval} */
  const ends = (name) => {
    const { axis, pixel } = plot[name];
    const [low, high] = layer[name] ?? [axis.low, axis.high];
    return [pixel(axis.toUnits(low)), pixel(axis.toUnits(high))];
  };
  return [ends("x"), ends("y")];
}

/**
 * The number of the cell, or of the tile of so many cells a side, at a place in axis units; null beside the map.
 * @param {HeatMap | Regions} layer
 * @param {{ x: number, y: number }} at
 * @param {Panel} panel
 * @param {number} tile
 */
export function cellAt(layer, at, panel, tile = 1) {
  const [rows, cols] = layer.values.shape.map((cells) => Math.ceil(cells / tile));
  /** @type {(name: "x" | "y", count: number) => number} */
  const cell = (name, count) => {
    const axis = panel[name];
    const [low, high] = (layer[name] ?? [axis.low, axis.high]).map(axis.toUnits);
    return Math.floor(((at[name] - low) / (high - low)) * count);
  };
  const [col, row] = [cell("x", cols), cell("y", rows)];
  return col < 0 || row < 0 || col >= cols || row >= rows ? null : row * cols + col;
}

/**
 * The pixels of a cell or tile: left, top, width and height.
 * @param {HeatMap | Regions} layer
 * @param {number} number
 * @param {Plot} plot
 * @returns {[left: number, top: number, width: number, height: number]}
 */
export function cellBox(layer, number, plot) {
  const tile = tileOf(layer);
  const [rows, cols] = layer.values.shape.map((cells) => Math.ceil(cells / tile));
  const [[x0, x1], [y0, y1]] = heatMapPixels(layer, plot);
  const [width, height] = [(x1 - x0) / cols, (y1 - y0) / rows]; // either may be below 0
  const [left, top] = [x0 + (number % cols) * width, y0 + Math.floor(number / cols) * height];
  return [Math.min(left, left + width), Math.min(top, top + height), Math.abs(width), Math.abs(height)];
}

/**
 * The cells along a side of what is singled out.
 * @param {HeatMap | Regions} layer
 */
export function tileOf(layer) {
  return layer.kind === "HeatMap" ? layer.tile : 1;
}

/** @type {Draw<Band>} */
function drawBand(context, layer, _, plot, theme) {
  const scale = plot[layer.orientation];
  const [a, b] = [layer.low, layer.high].map((value) => scale.pixel(scale.axis.toUnits(value)));
  context.globalAlpha = layer.opacity;
  context.fillStyle = theme.roles[layer.colour];
  if (layer.orientation === "x") context.fillRect(Math.min(a, b), plot.top, Math.abs(b - a), plot.height);
  else context.fillRect(plot.left, Math.min(a, b), plot.width, Math.abs(b - a));
}

/** @type {Draw<Rule>} */
function drawRule(context, layer, _, plot, theme) {
  const scale = plot[layer.orientation];
  context.strokeStyle = theme.roles[layer.colour];
  context.globalAlpha = layer.colour === "neutral" ? 0.55 : 0.9;
  context.setLineDash(layer.dash ? [4, 4] : []);
  drawAcross(context, plot, layer.orientation, scale.pixel(scale.axis.toUnits(layer.at)));
}
