// Items found by keyboard: the next of all, of the hallucinated, or of those that a detector suspects most.

import { judgedRole } from "./judged.js";
import { lineRole, pointRole } from "./layers.js";
import { atFrame } from "./message.js";
import { itemCount } from "./pick.js";
import { readPair } from "./readout.js";
import { inWords, PLAYER_WORDS } from "./words.js";

/** @import { Film, Judged, Layer, Lines, Panel, Points } from "./message.js" */

/** @typedef {"all" | "hallucinated" | "suspicious"} Order */

/** @typedef {Judged | Points | Lines} Seekable */

/**
 * The layer whose items say of themselves what they are: of judged dots if there are some; null for a film of pictures.
 * @param {Film} film
 * @returns {{ layer: Seekable, panel: Panel } | null}
 */
export function soughtLayer({ panels }) {
  const found = panels.flatMap((panel) => panel.layers.filter(isSeekable).map((layer) => ({ layer, panel })));
  return found.find(({ layer }) => layer.kind === "Judged") ?? found[0] ?? null;
}

/**
 * @param {Layer} layer
 * @returns {layer is Seekable}
 */
function isSeekable(layer) {
  return Boolean(layer.pick) && (layer.kind === "Judged" || layer.kind === "Points" || layer.kind === "Lines");
}

/**
 * The numbers of items in the order in which a key goes through them: hallucinated ones by their number, suspicious
 * ones from the highest threshold that still removes them.
 * @param {Seekable} layer
 * @param {Order} order
 * @param {number} frame
 */
export function inOrder(layer, order, frame) {
  const numbers = [...Array(itemCount(layer)).keys()];
  if (order === "hallucinated") return numbers.filter((number) => isHallucinated(layer, number, frame));
  if (order === "suspicious" && layer.kind === "Judged") {
    const { codes } = layer.level;
    return numbers.sort((a, b) => codes[b] - codes[a] || a - b);
  }
  return order === "suspicious" ? [] : numbers;
}

/**
 * The one that follows so many steps after another in an order, around its ends; the first or last if that is not in it.
 * @param {number[]} numbers
 * @param {number | null} from
 * @param {number} step
 */
export function following(numbers, from, step) {
  const place = from === null ? -1 : numbers.indexOf(from);
  if (place < 0) return numbers[step > 0 ? 0 : numbers.length - 1];
  return numbers[(place + step + numbers.length) % numbers.length];
}

/**
 * An item in a sentence, for who cannot see its ring.
 * @param {Seekable} layer
 * @param {Panel} panel
 * @param {number} number
 * @param {number} frame
 */
export function describeItem(layer, panel, number, frame) {
  const count = itemCount(layer);
  const [at, of] = [number + 1, count].map((value) => value.toLocaleString("en-US"));
  const parts = [inWords(PLAYER_WORDS.sample, { number: at, count: of })];
  if (isHallucinated(layer, number, frame)) parts.push(PLAYER_WORDS.hallucinated);
  else if (layer.kind === "Judged") parts.push(PLAYER_WORDS.not_hallucinated);
  if (layer.kind === "Judged") parts.push(frame >= layer.level.codes[number] ? PLAYER_WORDS.kept : PLAYER_WORDS.removed);
  if (layer.kind !== "Lines") {
    const place = readPair(atFrame(layer.xy, frame), number, panel);
    parts.push(inWords(PLAYER_WORDS.x_and_y, { x: panel.x.label || "x", y: panel.y.label || "y", place }));
  }
  return `${parts.join(", ")}.`;
}

/**
 * @param {Seekable} layer
 * @param {number} number
 * @param {number} frame
 */
function isHallucinated(layer, number, frame) {
  if (layer.kind === "Judged") return judgedRole(layer, number, frame) === "hallucinated";
  return (layer.kind === "Lines" ? lineRole(layer, number) : pointRole(layer, number, frame)) === "hallucinated";
}
