// The message of explorer/ui/player/__init__.py, read back into a film whose arrays are views of one buffer.

const COORDINATE_STEPS = 32767; // codes per axis range, as in explorer/figures/film/codes.py
const COORDINATE_NAN = -32768;
const LEVEL_STEPS = 254;
const LEVEL_NAN = 255;

function readMessage(bytes) {
  const buffer = bytes.slice().buffer; // a copy of its own, so that every block is aligned
  const view = new DataView(buffer);
  const [start, asks, height, pickedPlusOne] = [0, 4, 8, 12].map((at) => view.getUint32(at, true));
  const textStart = 20;
  const textLength = view.getUint32(16, true);
  const film = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, textStart, textLength)));
  for (const panel of film.panels) {
    for (const axis of [panel.x, panel.y]) describeUnits(axis);
    for (const layer of panel.layers) readBlocks(layer, buffer, textStart + textLength);
    panel.layers.forEach((layer) => { layer.moves = movesOverTime(layer); });
    panel.cursorUnits = panel.cursor?.map(panel.x.toUnits);
  }
  const edition = asks >>> 3;
  const reports = { frame: (asks & 1) > 0, picked: (asks & 2) > 0 };
  return { film, start, edition, reports, play: (asks & 4) > 0, height, picked: pickedPlusOne === 0 ? null : pickedPlusOne - 1 };
}

function readBlocks(layer, buffer, blocksStart) {
  for (const [name, value] of Object.entries(layer)) {
    if (value?.at === undefined || !value.shape) continue;
    const [frames, ...shape] = value.shape;
    const size = shape.reduce((a, b) => a * b, 1);
    const kind = value.bytes === 1 ? Uint8Array : Int16Array;
    layer[name] = { frames, shape, size, codes: new kind(buffer, blocksStart + value.at, frames * size) };
  }
}

// The codes of one frame; a block that does not change holds one frame for all.
function atFrame(block, frame) {
  const from = block.frames === 1 ? 0 : frame * block.size;
  return block.codes.subarray(from, from + block.size);
}

// Whether a pair of coordinates is missing from a block of pairs.
function isGap(xy, number) {
  return xy[2 * number] === COORDINATE_NAN || xy[2 * number + 1] === COORDINATE_NAN;
}

function movesOverTime(layer) {
  return layer.kind === "Judged" || Object.values(layer).some((value) => value?.codes && value.frames > 1);
}

// Axis units: the value itself, or its log10 on a log axis. Everything on the screen is linear in them.
function describeUnits(axis) {
  axis.toUnits = axis.log ? (value) => Math.log10(Math.max(value, axis.low)) : (value) => value;
  axis.fromUnits = axis.log ? (units) => 10 ** units : (units) => units;
  axis.start = axis.toUnits(axis.low);
  axis.end = axis.toUnits(axis.high);
}

function decode(code, axis) {
  return (axis.start + axis.end) / 2 + (code / COORDINATE_STEPS) * (axis.end - axis.start);
}
