// Pictures to choose from, as radio buttons; the one that stands for the experiment on screen is checked.

/** @import { ComponentArguments } from "../../player/component.js" */

/** @typedef {{ name: string, title: string, sentence: string, picture: string }} Preset  picture: SVG */

const REPORT_AFTER = 250; // milliseconds without another arrow key

/** @type {WeakMap<HTMLElement, ReturnType<typeof setTimeout>>} */
const TIMERS = new WeakMap(); // by group

/**
 * Show a button for each preset and report the one that is chosen, by a click or by the arrow keys.
 * @param {ComponentArguments<{ presets: Preset[], chosen: string }>} component
 */
export default function render({ data, parentElement, setTriggerValue }) {
  const group = /** @type {HTMLElement} */ (parentElement.querySelector(".presets"));
  const names = data.presets.map(({ name }) => name);
  if (String(buttonsOf(group).map(({ dataset }) => dataset.preset)) !== String(names)) {
    group.replaceChildren(...data.presets.map(makeButton)); // else they stay, and so does the focus
  }
  clearTimeout(TIMERS.get(group));
  check(group, data.chosen);
  /** @param {string} name  what is chosen @param {number} delay */
  const choose = (name, delay) => {
    check(group, name);
    clearTimeout(TIMERS.get(group));
    TIMERS.set(group, setTimeout(() => setTriggerValue("clicked", name), delay));
  };
  for (const button of buttonsOf(group)) button.onclick = () => choose(String(button.dataset.preset), 0);
  group.onkeydown = (event) => {
    const buttons = buttonsOf(group);
    const from = buttons.findIndex((button) => button.tabIndex === 0);
    const to = reached(event.key, from, buttons.length);
    if (to === null || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation(); // the page has keys of its own
    buttons[to].focus();
    choose(names[to], REPORT_AFTER);
  };
}

/**
 * The place to which a key goes from another among so many radio buttons; null for a key that goes nowhere.
 * @param {string} key
 * @param {number} from
 * @param {number} count
 */
export function reached(key, from, count) {
  const steps = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };
  if (key in steps) return (from + steps[/** @type {keyof typeof steps} */ (key)] + count) % count;
  return key === "Home" ? 0 : key === "End" ? count - 1 : null;
}

/**
 * @param {HTMLElement} group
 * @returns {HTMLButtonElement[]}
 */
function buttonsOf(group) {
  return [...group.querySelectorAll("button")];
}

/**
 * Check one of the buttons; that one, or the first if none is checked, is reached by the tabulator.
 * @param {HTMLElement} group
 * @param {string} chosen
 */
function check(group, chosen) {
  const buttons = buttonsOf(group);
  const place = buttons.findIndex(({ dataset }) => dataset.preset === chosen);
  buttons.forEach((button, i) => {
    button.setAttribute("aria-checked", String(i === place));
    button.tabIndex = i === Math.max(place, 0) ? 0 : -1;
  });
}

/** @param {Preset} preset */
function makeButton(preset) {
  const button = document.createElement("button");
  button.type = "button";
  button.setAttribute("role", "radio");
  button.title = preset.sentence;
  button.dataset.preset = preset.name;
  button.innerHTML = preset.picture; // drawn by the server from numbers alone
  const title = document.createElement("span");
  title.textContent = preset.title;
  button.append(title);
  return button;
}
