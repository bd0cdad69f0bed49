// node decoded.js FILE: the message in a file as JSON, with every array in the units of its axes and NaN as null.

import { readFileSync } from "node:fs";

import { atFrame, COORDINATE_NAN, decode, LEVEL_NAN, LEVEL_STEPS, readMessage } from "../../explorer/figures/player/message.js";

const message = readMessage(new Uint8Array(readFileSync(process.argv[2])));

// The axes of a layer's blocks of coordinates, number after number.
const along = (panel) => ({ x: [panel.x], y: [panel.y], xy: [panel.x, panel.y] });

function valuesOf(layer, name, axes) {
  const block = layer[name];
  return Array.from({ length: block.frames }, (_, frame) => Array.from(atFrame(block, frame), (code, i) => {
    if (name === "values" && layer.kind === "Regions") return code === LEVEL_NAN ? null : code;
    if (name === "values") return code === LEVEL_NAN ? null : layer.low + (code / LEVEL_STEPS) * (layer.high - layer.low);
    if (!axes) return code;
    const axis = axes[i % axes.length];
    return code === COORDINATE_NAN ? null : axis.fromUnits(decode(code, axis));
  }));
}

for (const panel of message.film.panels) {
  for (const layer of panel.layers) {
    for (const [name, value] of Object.entries(layer)) {
      if (value?.codes) layer[name] = valuesOf(layer, name, along(panel)[name]);
    }
  }
}
process.stdout.write(JSON.stringify(message));
