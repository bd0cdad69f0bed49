// What the player says of itself. A page in another language assigns its own words before the first film.

export const PLAYER_WORDS = {
  play: "Play",
  pause: "Pause",
  back: "Step back",
  forward: "Step forward",
  speed: "Speed {speed}×",
  save: "Save what I see",
  save_as: "Save what I see as PNG",
  reset: "Reset zoom",
  drag_line: "drag to move the line",
  drag_line_or_pick: "drag to move the line, click to pick",
  pick_or_keys: "click to pick, or the keys H and S",
  pick_or_zoom: "click to pick, drag to zoom",
  zoom: "drag to zoom, or Ctrl and scroll",
  sample: "Sample {number} of {count}",
  number: "Number {number} of {count}.",
  no_hallucinated: "None is hallucinated.",
  no_suspicious: "None is suspicious.",
  hallucinated: "hallucinated",
  not_hallucinated: "not hallucinated",
  kept: "kept",
  removed: "removed",
  x_and_y: "{x} and {y} {place}",
};

/**
 * A text with its {names} replaced by values.
 * @param {string} text
 * @param {Record<string, string | number>} values
 */
export function inWords(text, values) {
  return text.replace(/\{(\w+)\}/g, (all, name) => String(values[name] ?? all));
}
