// The message of explorer/figures/player/message.py, read back into a film whose arrays are views of one buffer.
// What layers and panels mean stands in explorer/figures/film/layers.py and film.py.

/**
 * A role of the palette, such as "truth" or "neutral".
 * @typedef {string} Role
 */

/**
 * Codes of `frames` frames one after the other, or of one frame that holds for all; `size` is the product of `shape`.
 * @typedef {{ frames: number, shape: number[], size: number, codes: Int16Array | Uint8Array }} Block
 */

/**
 * An axis. toUnits, fromUnits: a value in axis units and back, which are the value itself, or its log10 on a log axis.
 * start, end: low and high in axis units.
 * @typedef {{
 *   low: number, high: number, label: string, log: boolean, reverse: boolean,
 *   ticks: number[] | null, names: string[] | null,
 *   toUnits: (value: number) => number, fromUnits: (units: number) => number, start: number, end: number,
 * }} Axis
 */

/** @typedef {"x" | "y"} Orientation */

/** @typedef {"sequential" | "diverging" | "faint" | "ink" | "wrong" | "photo"} ColourMapName */

/**
 * What Python's layers hold, with arrays as blocks, and `moves`: whether frames differ. Of a heat map below and above:
 * whether values lie beyond its ends; tiles: in a gallery that was wrapped, the number of each tile, -1 for none. Its
 * values are [rows, columns], in colour [rows, columns, 3].
 * @typedef {{
 *   kind: "Lines", name: string, moves: boolean, pick: boolean, x: Block, y: Block, colour: Role, width: number,
 *   dash: boolean, fill: number | null, opacity: number, category: Block | null, colours: Role[],
 * }} Lines
 * @typedef {{
 *   kind: "Points", name: string, moves: boolean, pick: boolean, xy: Block, colour: Role, size: number,
 *   opacity: number, category: Block | null, colours: Role[],
 * }} Points
 * @typedef {{
 *   kind: "Judged", name: string, moves: boolean, pick: boolean, xy: Block, level: Block, hallucinated: Block,
 *   size: number,
 * }} Judged
 * @typedef {{
 *   kind: "Arrows", name: string, moves: boolean, pick?: undefined, xy: Block, uv: Block, colour: Role,
 * }} Arrows
 * @typedef {{
 *   kind: "HeatMap", name: string, moves: boolean, pick: boolean, values: Block, low: number, high: number,
 *   colormap: ColourMapName, unit: string, x: [number, number] | null, y: [number, number] | null,
 *   sharp: boolean, tile: number, keeps_rows?: boolean, ends: [string, string] | null, below: boolean, above: boolean,
 *   tiles?: Int32Array,
 * }} HeatMap
 * @typedef {{
 *   kind: "Regions", name: string, moves: boolean, pick: boolean, values: Block, kinds: string[], light: string[],
 *   dark: string[], labels: [x: number, y: number, text: string][], x: [number, number] | null, y: [number, number] | null,
 *   amount: Block | null, unit: string,
 * }} Regions
 * @typedef {{
 *   kind: "Band", name: string, moves: boolean, pick?: undefined, low: number, high: number,
 *   orientation: Orientation, colour: Role, opacity: number,
 * }} Band
 * @typedef {{
 *   kind: "Rule", name: string, moves: boolean, pick?: undefined, at: number, orientation: Orientation,
 *   colour: Role, dash: boolean,
 * }} Rule
 * @typedef {Lines | Points | Judged | Arrows | HeatMap | Regions | Band | Rule} Layer
 */

/**
 * A panel. cursor: the x of its line at each frame; cursorUnits: the same in axis units.
 * @typedef {{
 *   title: string, title_colour: Role, equal: boolean, scrub: boolean, x: Axis, y: Axis, layers: Layer[],
 *   cursor: number[] | null, cursorUnits: number[] | null,
 * }} Panel
 */

/** @typedef {{ name: string, texts: string[], colour: Role, notes: string[] }} Reading */

/** @typedef {{ light: Record<Role, string>, dark: Record<Role, string> }} Palette */

/**
 * A film: its panels, a caption for each frame, and the words and colours around it.
 * @typedef {{
 *   panels: Panel[], captions: string[], slider: string, ends: [string, string], alt: string, frame_seconds: number,
 *   shared_x: boolean, readings: Reading[], palette: Palette, ink: Palette,
 * }} Film
 */

/**
 * A whole message: the film, and what the page asks of the player. reports: which changes it is told of; name: what the
 * names of its files begin with.
 * @typedef {{
 *   film: Film, start: number, edition: number, reports: { frame: boolean, picked: boolean, seen: boolean },
 *   play: boolean, height: number, picked: number | null, name: string,
 * }} Message
 */

export const COORDINATE_STEPS = 32767; // codes per axis range, as in explorer/figures/film/codes.py
export const COORDINATE_NAN = -32768;
export const LEVEL_STEPS = 254;
export const LEVEL_NAN = 255;
export const AMOUNT_STEPS = 10; // codes per unit
export const MOST_STEPS = 255;

/**
 * Read a message: four u32 (start, flags, height, picked + 1), then what explorer/figures/film/message.py packs, the
 * name, and the number of its bytes as u32.
 * @param {Uint8Array} bytes
 * @returns {Message}
 */
export function readMessage(bytes) {
  const buffer = bytes.slice().buffer; // a copy of its own, so that every block is aligned
  const view = new DataView(buffer);
  const [start, flags, height, pickedPlusOne] = [0, 4, 8, 12].map((at) => view.getUint32(at, true));
  const textStart = 20;
  const textLength = view.getUint32(16, true);
  const film = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, textStart, textLength)));
  for (const panel of film.panels) {
    for (const axis of [panel.x, panel.y]) addUnits(axis);
    for (const layer of panel.layers) {
      readBlocks(layer, buffer, textStart + textLength);
      layer.moves = movesOverTime(layer);
    }
    panel.cursorUnits = panel.cursor?.map(panel.x.toUnits) ?? null;
  }
  const nameEnd = buffer.byteLength - 4;
  const nameLength = view.getUint32(nameEnd, true);
  const name = new TextDecoder().decode(new Uint8Array(buffer, nameEnd - nameLength, nameLength));
  return {
    film, start, height, name,
    edition: flags >>> 4,
    reports: { frame: (flags & 1) > 0, picked: (flags & 2) > 0, seen: (flags & 8) > 0 },
    play: (flags & 4) > 0,
    picked: pickedPlusOne === 0 ? null : pickedPlusOne - 1,
  };
}

/**
 * Replace every {at, shape, bytes} of a layer by its block.
 * @param {Record<string, any>} layer
 * @param {ArrayBuffer} buffer
 * @param {number} blocksStart
 */
function readBlocks(layer, buffer, blocksStart) {
  for (const [name, value] of Object.entries(layer)) {
    if (value?.at === undefined || !value.shape) continue;
    const [frames, ...shape] = /** @type {number[]} */ (value.shape);
    const size = shape.reduce((a, b) => a * b, 1);
    const kind = value.bytes === 1 ? Uint8Array : Int16Array;
    layer[name] = { frames, shape, size, codes: new kind(buffer, blocksStart + value.at, frames * size) };
  }
}

/**
 * Whether frames of a layer differ.
 * @param {Layer} layer
 */
function movesOverTime(layer) {
  const blocks = Object.values(/** @type {Record<string, any>} */ (layer));
  return layer.kind === "Judged" || blocks.some((value) => value?.codes && value.frames > 1);
}

/**
 * Give an axis its units, and return it. Everything on the screen is linear in them.
 * @param {Axis} axis
 */
export function addUnits(axis) {
  axis.toUnits = axis.log ? (value) => Math.log10(Math.max(value, axis.low)) : (value) => value;
  axis.fromUnits = axis.log ? (units) => 10 ** units : (units) => units;
  axis.start = axis.toUnits(axis.low);
  axis.end = axis.toUnits(axis.high);
  return axis;
}

/**
 * The codes of one frame.
 * @param {Block} block
 * @param {number} frame
 */
export function atFrame(block, frame) {
  const from = block.frames === 1 ? 0 : frame * block.size;
  return block.codes.subarray(from, from + block.size);
}

/**
 * The codes that each cell of a heat map or of regions has: three in colour, else one.
 * @param {Block} values
 */
export function codesPerCell({ shape }) {
  return shape[2] ?? 1;
}

/**
 * Whether a pair of coordinates is missing from a block of pairs.
 * @param {ArrayLike<number>} xy
 * @param {number} number
 */
export function isGap(xy, number) {
  return xy[2 * number] === COORDINATE_NAN || xy[2 * number + 1] === COORDINATE_NAN;
}

/**
 * The place of a coordinate's code in axis units.
 * @param {number} code
 * @param {Axis} axis
 */
export function decode(code, axis) {
  return (axis.start + axis.end) / 2 + (code / COORDINATE_STEPS) * (axis.end - axis.start);
}
