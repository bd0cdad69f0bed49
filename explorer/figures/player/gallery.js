// Galleries: pictures in rows whose length follows from the room, so that they are as large as it lets them be.

import { addUnits, codesPerCell, COORDINATE_NAN, COORDINATE_STEPS, decode, LEVEL_NAN } from "./message.js";

/** @import { Box } from "./layout.js" */
/** @import { Axis, Block, Film, HeatMap, Layer, Panel } from "./message.js" */

/** @typedef {{ columns: number, rows: number, side: number }} Sheet  tiles of `side` cells in rows, bottom row first */

/**
 * Whether a panel shows pictures, on axes without ticks: there is nothing to read off.
 * @param {Panel} panel
 */
export function isGallery({ x, y }) {
  return x.ticks?.length === 0 && y.ticks?.length === 0;
}

/**
 * The pictures in a row of each panel's room at which they are largest; 0 for a panel that is no gallery.
 * @param {Film} film
 * @param {Box[]} rooms
 */
export function bestColumns({ panels }, rooms) {
  return panels.map((panel, i) => {
    const sheet = sheetOf(panel);
    return sheet ? largestAt(sheet.columns * sheet.rows, rooms[i]) : 0;
  });
}

/**
 * The number of columns at which so many squares in a box are largest, the smallest if there are several.
 * @param {number} count
 * @param {{ width: number, height: number }} box
 */
export function largestAt(count, { width, height }) {
  const side = (/** @type {number} */ columns) => Math.min(width / columns, height / Math.ceil(count / columns));
  let best = 1;
  for (let columns = 2; columns <= count; columns += 1) if (side(columns) > side(best) + 1e-9) best = columns;
  return best;
}

/**
 * The film with so many pictures in the rows of each panel's gallery. Their order stays, and so do their numbers.
 * @param {Film} film
 * @param {number[]} columns
 * @returns {Film}
 */
export function wrapGalleries(film, columns) {
  const panels = film.panels.map((panel, i) => {
    const sheet = sheetOf(panel);
    return sheet && columns[i] && columns[i] !== sheet.columns ? wrapPanel(panel, sheet, columns[i]) : panel;
  });
  return panels.some((panel, i) => panel !== film.panels[i]) ? { ...film, panels } : film;
}

/**
 * @param {Panel} panel
 * @returns {Sheet | null}
 */
function sheetOf(panel) {
  const map = panel.layers.find((layer) => layer.kind === "HeatMap");
  if (!isGallery(panel) || !map || map.tile === 1 || map.keeps_rows) return null;
  const [rows, columns] = map.values.shape.map((cells) => cells / map.tile);
  return { rows, columns, side: map.tile };
}

/**
 * @param {Panel} panel
 * @param {Sheet} from
 * @param {number} columns
 * @returns {Panel}
 */
function wrapPanel(panel, from, columns) {
  const to = { columns, rows: Math.ceil((from.columns * from.rows) / columns), side: from.side };
  const x = addUnits({ ...panel.x, high: panel.x.low + to.columns * to.side });
  const y = addUnits({ ...panel.y, high: panel.y.low + to.rows * to.side });
  const layers = panel.layers.map((layer) => wrapLayer(layer, panel, { ...panel, x, y }, from, to));
  return { ...panel, x, y, layers };
}

/**
 * @param {Layer} layer
 * @param {Panel} before
 * @param {Panel} after
 * @param {Sheet} from
 * @param {Sheet} to
 * @returns {Layer}
 */
function wrapLayer(layer, before, after, from, to) {
  if (layer.kind === "HeatMap") return wrapMap(layer, from, to);
  if (layer.kind === "Points") {
    const codes = new Int16Array(layer.xy.codes.length);
    for (let i = 0; i < codes.length; i += 2) {
      const [x, y] = moved(layer.xy.codes[i], layer.xy.codes[i + 1], before, after, from, to);
      codes[i] = x;
      codes[i + 1] = y;
    }
    return { ...layer, xy: { ...layer.xy, codes } };
  }
  if (layer.kind !== "Lines") return layer;
  // Frames around pictures: of one line, whose x holds for every frame.
  const { x, y } = layer;
  const [across, up] = [new Int16Array(y.codes.length), new Int16Array(y.codes.length)];
  for (let i = 0; i < y.codes.length; i += 1) {
    [across[i], up[i]] = moved(x.codes[i % x.size], y.codes[i], before, after, from, to);
  }
  return { ...layer, x: { ...x, frames: y.frames, codes: across }, y: { ...y, codes: up } };
}

/**
 * A place of one sheet as codes on the axes of another; a gap stays one.
 * @param {number} x
 * @param {number} y
 * @param {Panel} before
 * @param {Panel} after
 * @param {Sheet} from
 * @param {Sheet} to
 */
function moved(x, y, before, after, from, to) {
  if (x === COORDINATE_NAN || y === COORDINATE_NAN) return [COORDINATE_NAN, COORDINATE_NAN];
  const [across, up] = [decode(x, before.x) - before.x.low, decode(y, before.y) - before.y.low];
  const [column, row] = [Math.floor(across / from.side), Math.floor(up / from.side)];
  const tile = newTile(row * from.columns + column, from, to);
  const [left, bottom] = [(tile % to.columns) * to.side, Math.floor(tile / to.columns) * to.side];
  return [
    encode(after.x.low + left + across - column * from.side, after.x),
    encode(after.y.low + bottom + up - row * from.side, after.y),
  ];
}

/**
 * The code of a place on an axis, as explorer/figures/film/codes.py makes it.
 * @param {number} value
 * @param {Axis} axis
 */
function encode(value, { start, end }) {
  return Math.round(((value - (start + end) / 2) / (end - start)) * COORDINATE_STEPS);
}

/**
 * The number, counted from the bottom row, of the tile that shows what another showed: pictures are read from the top.
 * @param {number} tile
 * @param {Sheet} from
 * @param {Sheet} to
 */
function newTile(tile, from, to) {
  const place = (from.rows - 1 - Math.floor(tile / from.columns)) * from.columns + (tile % from.columns);
  return (to.rows - 1 - Math.floor(place / to.columns)) * to.columns + (place % to.columns);
}

/**
 * @param {HeatMap} map
 * @param {Sheet} from
 * @param {Sheet} to
 * @returns {HeatMap}
 */
function wrapMap(map, from, to) {
  const { side } = from;
  const depth = codesPerCell(map.values);
  const line = side * depth; // codes of a row of a tile
  const [width, wide] = [from.columns * line, to.columns * line];
  const size = to.rows * side * wide;
  const codes = new Uint8Array(map.values.frames * size).fill(LEVEL_NAN);
  const tiles = new Int32Array(to.rows * to.columns).fill(-1);
  for (let tile = 0; tile < from.rows * from.columns; tile += 1) {
    const there = newTile(tile, from, to);
    tiles[there] = tile;
    for (let frame = 0; frame < map.values.frames; frame += 1) {
      for (let row = 0; row < side; row += 1) {
        const at = frame * map.values.size + (Math.floor(tile / from.columns) * side + row) * width + (tile % from.columns) * line;
        const put = frame * size + (Math.floor(there / to.columns) * side + row) * wide + (there % to.columns) * line;
        codes.set(map.values.codes.subarray(at, at + line), put);
      }
    }
  }
  const shape = [to.rows * side, to.columns * side, ...map.values.shape.slice(2)];
  return { ...map, tiles, values: { ...map.values, shape, size, codes } };
}
