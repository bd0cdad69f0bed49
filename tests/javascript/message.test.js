import assert from "node:assert/strict";
import { test } from "node:test";

import { atFrame, COORDINATE_NAN, decode, isGap, readMessage } from "../../explorer/figures/player/message.js";
import { axis } from "./build.js";

const AXIS = { low: 0, high: 10, label: "", log: false, reverse: false, ticks: null, names: null };
const WORDS = { captions: ["first", "second"], slider: "step t" };

// A message as Python writes it: four u32, the length of the text, the text padded with spaces, the blocks, and no name.
function written(film, blocks = [], [start, flags, height, picked] = [0, 0, 400, 0]) {
  const text = new TextEncoder().encode(JSON.stringify(film));
  const padded = Math.ceil((text.length + 4) / 8) * 8 - 4;
  const size = blocks.reduce((sum, { byteLength }) => sum + Math.ceil(byteLength / 8) * 8, 0);
  const bytes = new Uint8Array(20 + padded + size + 4).fill(32, 20, 20 + padded);
  const view = new DataView(bytes.buffer);
  [start, flags, height, picked, padded].forEach((value, i) => view.setUint32(4 * i, value, true));
  bytes.set(text, 20);
  let at = 20 + padded;
  for (const block of blocks) {
    bytes.set(new Uint8Array(block.buffer), at);
    at += Math.ceil(block.byteLength / 8) * 8;
  }
  return bytes;
}

function panelOf(layers, more = {}) {
  return { title: "", x: AXIS, y: AXIS, layers, cursor: null, ...more };
}

test("what the page asks for is read from flags", () => {
  const film = { ...WORDS, panels: [] };
  const asked = readMessage(written(film, [], [3, 0b1 | 0b100 | 0b1000 | (7 << 4), 420, 6]));
  assert.equal(asked.start, 3);
  assert.equal(asked.height, 420);
  assert.equal(asked.picked, 5);
  assert.equal(asked.edition, 7);
  assert.deepEqual(asked.reports, { frame: true, picked: false, seen: true });
  assert.equal(asked.play, true);
  const nothing = readMessage(written(film, [], [0, 0b10, 400, 0]));
  assert.deepEqual([nothing.picked, nothing.edition, nothing.play], [null, 0, false]);
  assert.deepEqual(nothing.reports, { frame: false, picked: true, seen: false });
  assert.deepEqual(nothing.film.captions, WORDS.captions);
});

test("blocks are codes of frames, of two bytes with a sign or of one", () => {
  const moving = Int16Array.of(1, -2, 3, COORDINATE_NAN, -32767, 32767);
  const still = Uint8Array.of(0, 254, 255);
  const layers = [
    { kind: "Points", xy: { at: 0, shape: [3, 1, 2], bytes: 2 }, category: null },
    { kind: "HeatMap", values: { at: 16, shape: [1, 1, 3], bytes: 1 }, x: null },
  ];
  const { film } = readMessage(written({ ...WORDS, panels: [panelOf(layers)] }, [moving, still]));
  const [points, map] = film.panels[0].layers;
  assert.deepEqual([...atFrame(points.xy, 0)], [1, -2]);
  assert.deepEqual([...atFrame(points.xy, 2)], [-32767, 32767]);
  assert.deepEqual(points.xy.shape, [1, 2]);
  assert.deepEqual([isGap(atFrame(points.xy, 0), 0), isGap(atFrame(points.xy, 1), 0)], [false, true]);
  assert.deepEqual([...atFrame(map.values, 0)], [0, 254, 255]);
  assert.deepEqual([...atFrame(map.values, 9)], [0, 254, 255]); // one frame holds for all
  assert.deepEqual([points.category, map.x], [null, null]);
  assert.deepEqual([points.moves, map.moves], [true, false]);
});

test("a message may begin anywhere in a buffer", () => {
  const layers = [{ kind: "Points", xy: { at: 0, shape: [1, 1, 2], bytes: 2 } }];
  const bytes = written({ ...WORDS, panels: [panelOf(layers)] }, [Int16Array.of(7, 8)]);
  const within = new Uint8Array(bytes.length + 3);
  within.set(bytes, 3);
  const { film } = readMessage(within.subarray(3));
  assert.deepEqual([...film.panels[0].layers[0].xy.codes], [7, 8]);
});

test("judged dots move although their block does not", () => {
  const layers = [{ kind: "Judged", level: { at: 0, shape: [1, 2], bytes: 2 } }, { kind: "Rule", at: 3 }];
  const { film } = readMessage(written({ ...WORDS, panels: [panelOf(layers)] }, [Int16Array.of(1, 2)]));
  assert.deepEqual(film.panels[0].layers.map((layer) => layer.moves), [true, false]);
  assert.equal(film.panels[0].layers[1].at, 3); // a place on an axis, and no block
});

test("cursors lie in axis units", () => {
  const log = { ...AXIS, low: 0.001, high: 1, log: true };
  const { film } = readMessage(written({ ...WORDS, panels: [panelOf([], { x: log, cursor: [0.01, 0.1] }), panelOf([])] }));
  assert.deepEqual(film.panels[0].cursorUnits, [-2, -1]);
  assert.equal(film.panels[1].cursorUnits, null);
});

test("the code 0 is the middle of an axis, and the last codes lie one range from it", () => {
  const linear = axis(0, 10);
  assert.deepEqual([0, 32767, -32767].map((code) => decode(code, linear)), [5, 15, -5]);
  const log = axis(0.01, 100, { log: true });
  assert.deepEqual([log.start, log.end, decode(0, log)], [-2, 2, 0]);
  assert.equal(log.fromUnits(decode(0, log)), 1);
});
