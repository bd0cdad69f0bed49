// Buttons with pictures; the one that stands for the experiment on screen is checked.

/** @import { ComponentArguments } from "../../player/player.js" */

/** @typedef {{ name: string, title: string, sentence: string, picture: string }} Preset  picture: SVG */

/**
 * Show a button for each preset and report the one that is clicked.
 * @param {ComponentArguments<{ presets: Preset[], chosen: string }>} component
 */
export default function render({ data, parentElement, setTriggerValue }) {
  const group = /** @type {HTMLElement} */ (parentElement.querySelector(".presets"));
  const buttons = data.presets.map((preset) => {
    const button = document.createElement("button");
    button.type = "button";
    button.setAttribute("role", "radio");
    button.setAttribute("aria-checked", String(preset.name === data.chosen));
    button.title = preset.sentence;
    button.dataset.preset = preset.name;
    button.innerHTML = preset.picture; // drawn by the server from numbers alone
    const title = document.createElement("span");
    title.textContent = preset.title;
    button.append(title);
    button.onclick = () => setTriggerValue("clicked", preset.name);
    return button;
  });
  group.replaceChildren(...buttons);
}
