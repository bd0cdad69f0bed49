// The player as a component of Streamlit: one for each place on a page, kept while data and theme change.

import { find } from "../../figures/player/page.js";
import { Player } from "../../figures/player/player.js";

/**
 * What Streamlit calls the default export of a component with, when it is shown and whenever data or theme change.
 * setStateValue and setTriggerValue rerun the script; a trigger is forgotten after that run.
 * @template Data
 * @typedef {{
 *   data: Data, parentElement: HTMLElement | ShadowRoot, setStateValue: (name: string, value: unknown) => void,
 *   setTriggerValue: (name: string, value: unknown) => void,
 * }} ComponentArguments
 */

/** @type {WeakMap<ParentNode, Player>} */
const PLAYERS = new WeakMap(); // by parentElement

/**
 * Show the message in `data` in the player of `parentElement`.
 * @param {ComponentArguments<Uint8Array>} component
 * @returns {() => void} what takes the player down
 */
export default function render({ data, parentElement, setStateValue }) {
  const player = PLAYERS.get(parentElement) ?? new Player(find(parentElement, ".player", HTMLElement));
  PLAYERS.set(parentElement, player);
  player.setState = setStateValue;
  player.show(data);
  // An outdated run may clean up after a newer one has begun; only the newest may take the player down.
  const run = (player.runs += 1);
  return () => {
    if (player.runs !== run) return;
    player.destroy();
    PLAYERS.delete(parentElement);
  };
}
