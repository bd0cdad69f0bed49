// What lies under the picture: the readings of the frame, and the bar with its buttons, slider and caption.

import { find, make, measurer } from "./page.js";
import { inWords, PLAYER_WORDS } from "./words.js";

/** @import { Theme } from "./colour.js" */
/** @import { Film, Panel, Reading } from "./message.js" */

/**
 * A reading and the elements of the page that show it. widest: invisible, it keeps room for the widest text.
 * @typedef {{
 *   reading: Reading, element: HTMLElement, name: HTMLElement, value: HTMLElement, widest: HTMLElement,
 *   shown: HTMLElement, note: HTMLElement,
 * }} Shown
 */

const ICONS = { play: "M5 3v14l12-7z", pause: "M5 3h3.6v14H5zM11.4 3H15v14h-3.6z" };
const READING_GAP = 14; // pixels between two readings

export class Bar {
  /** @param {HTMLElement} root  the element of class player */
  constructor(root) {
    this.root = root;
    this.play = find(root, ".play", HTMLButtonElement);
    this.back = find(root, ".back", HTMLButtonElement);
    this.forward = find(root, ".forward", HTMLButtonElement);
    this.speed = find(root, ".speed", HTMLButtonElement);
    this.save = find(root, ".save", HTMLButtonElement);
    this.reset = find(root, ".reset", HTMLButtonElement);
    this.slider = find(root, "input", HTMLInputElement);
    this.icon = find(this.play, ".icon", SVGPathElement);
    this.bar = find(root, ".bar", HTMLElement);
    this.caption = find(root, ".caption .now", HTMLElement);
    this.widestCaption = find(root, ".caption .widest", HTMLElement);
    this.ends = find(root, ".ends", HTMLElement);
    this.hint = find(root, ".hint", HTMLElement);
    this.strip = find(root, ".readings", HTMLElement);
    /** @type {string[]} */
    this.captions = [];
    /** @type {Shown[]} */
    this.readings = [];
    /** @type {string[]} */
    this.hints = []; // one a panel
  }

  /** The pixels of bar and readings. */
  get height() {
    return this.bar.offsetHeight + this.strip.offsetHeight;
  }

  /** Label the buttons. */
  say() {
    this.play.setAttribute("aria-label", this.root.dataset.playing === "true" ? PLAYER_WORDS.pause : PLAYER_WORDS.play);
    this.back.setAttribute("aria-label", PLAYER_WORDS.back);
    this.forward.setAttribute("aria-label", PLAYER_WORDS.forward);
    this.save.setAttribute("aria-label", PLAYER_WORDS.save);
    this.save.title = PLAYER_WORDS.save_as;
    this.reset.textContent = PLAYER_WORDS.reset;
  }

  /** @param {Film} film */
  fill(film) {
    this.say();
    this.captions = film.captions;
    this.widestCaption.textContent = [...film.captions].sort((a, b) => b.length - a.length)[0];
    this.slider.setAttribute("aria-label", film.slider);
    this.slider.max = String(film.captions.length - 1);
    film.ends.forEach((text, i) => { this.ends.children[i].textContent = text; });
    this.root.dataset.frames = String(film.captions.length);
    this.hints = film.panels.map(hintOf);
    this.hint.replaceChildren(...[...new Set(this.hints)].map((text) => make("span", "", text)));
    this.readings = film.readings.map(makeReading);
    this.strip.hidden = this.readings.length === 0;
    this.strip.replaceChildren(...this.readings.map(({ element }) => element));
  }

  /**
   * Colours and equal columns for the readings, each as wide as the widest text that will ever stand in one.
   * @param {Theme} theme
   * @param {number} width
   */
  fit(theme, width) {
    if (this.readings.length === 0) return;
    const [first] = this.readings;
    const [nameWidth, valueWidth, noteWidth] = [first.name, first.value, first.note].map(measurer);
    let widest = 0;
    for (const { reading, name, value, note, widest: room } of this.readings) {
      const text = reading.texts.reduce((a, b) => (valueWidth(b) > valueWidth(a) ? b : a));
      const words = reading.name.split(" ").map(nameWidth);
      widest = Math.max(widest, valueWidth(text), ...words, ...reading.notes.map(noteWidth));
      name.style.color = note.style.color = theme.ink.neutral;
      note.hidden = reading.notes.length === 0;
      value.style.color = theme.ink[reading.colour];
      room.textContent = text;
    }
    const most = Math.max(1, Math.floor((width + READING_GAP) / (Math.ceil(widest) + READING_GAP)));
    const rows = Math.ceil(this.readings.length / most);
    this.strip.style.setProperty("--columns", String(Math.ceil(this.readings.length / rows)));
    this.strip.style.setProperty("--gap", `${READING_GAP}px`);
  }

  /** @param {number} frame */
  show(frame) {
    const text = this.captions[frame];
    this.slider.value = String(frame);
    this.slider.setAttribute("aria-valuetext", text);
    this.slider.style.setProperty("--done", `${(100 * frame) / Math.max(1, this.captions.length - 1)}%`);
    this.caption.textContent = text;
    this.root.dataset.frame = String(frame);
    for (const { reading, shown, note } of this.readings) {
      if (shown.textContent !== reading.texts[frame]) shown.textContent = reading.texts[frame];
      if (reading.notes.length > 0 && note.textContent !== reading.notes[frame]) note.textContent = reading.notes[frame];
    }
  }

  /** @param {boolean} playing */
  showPlaying(playing) {
    this.root.dataset.playing = String(playing);
    this.play.setAttribute("aria-label", playing ? PLAYER_WORDS.pause : PLAYER_WORDS.play);
    this.icon.setAttribute("d", playing ? ICONS.pause : ICONS.play);
  }

  /** @param {number} speed */
  showSpeed(speed) {
    this.speed.textContent = `${speed}×`;
    this.speed.setAttribute("aria-label", inWords(PLAYER_WORDS.speed, { speed }));
  }

  /**
   * What the pointer can do in one panel. All hints lie in one place, so that nothing moves when they change.
   * @param {number} panel
   */
  showHint(panel) {
    for (const hint of this.hint.children) hint.classList.toggle("on", hint.textContent === this.hints[panel]);
  }
}

/**
 * @param {Reading} reading
 * @returns {Shown}
 */
function makeReading(reading) {
  const [element, name, note] = [make("div", "reading"), make("span", "name", reading.name), make("span", "note")];
  const [value, widest, shown] = [make("span", "value"), make("span", "widest"), make("span", "shown")];
  widest.setAttribute("aria-hidden", "true");
  value.append(widest, shown);
  element.append(name, value, note);
  return { reading, element, name, value, widest, shown, note };
}

/**
 * @param {Panel} panel
 * @returns {string}
 */
function hintOf({ scrub, layers }) {
  const picks = layers.some((layer) => layer.pick);
  if (scrub) return picks ? PLAYER_WORDS.drag_line_or_pick : PLAYER_WORDS.drag_line;
  if (layers.some((layer) => layer.pick && layer.kind === "Judged")) {
    return PLAYER_WORDS.pick_or_keys;
  }
  return picks ? PLAYER_WORDS.pick_or_zoom : PLAYER_WORDS.zoom;
}
