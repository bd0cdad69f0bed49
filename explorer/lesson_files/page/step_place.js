// A step of the lesson: its question, and its figures, which come alive when the step is first shown.

import { find } from "../../figures/player/page.js";
import { inWords } from "../../figures/player/words.js";
import { ChartPlace } from "./chart_place.js";
import { DrawPlace } from "./draw_place.js";
import { FilmPlace } from "./film_place.js";
import { unpacked, unpackedText } from "./packed.js";
import { showReason } from "./questions.js";

/** @import { Mode } from "./chart_place.js" */

/** @typedef {{ kind: "film" | "chart", block: number, moves: boolean }} Figure */

/**
 * What the file says of a step. right: the option that is right, null where nothing is asked; done: what the reader has
 * to do; before: the block of the main figure as it is until the question has been answered, null where that is the same; told: the block with what is said of each frame and of each item that may be picked; pickedAt: the only frame at which
 * that holds, null for all; replaces: whether it takes the place of the finding; opens: for each item the block of the film that opens when it is picked; draws: the block of
 * numbers from which samples are drawn.
 * @typedef {{
 *   right: number | null, plays: boolean, done: "answered" | "seen" | "changed", figures: Figure[],
 *   before: number | null, told: number | null, pickedAt: number | null, replaces: boolean, opens: (number | null)[], draws: { header: number, values: number } | null,
 * }} StepData
 */

const WIDE = 900; // pixels of a window in which card and figure stand side by side
const SAID_GAP = 14; // pixels around a sentence
const LEAST_BELOW = 70; // pixels below the main figure
const MOST_BELOW = 200;

/** @typedef {{ frames: string[], picked: string[] }} Told */

export class StepPlace {
  /**
   * @param {HTMLElement} section
   * @param {StepData} data
   * @param {number} vega
   * @param {Record<string, string>} words
   * @param {() => void} done  called when the step is done
   */
  constructor(section, data, vega, words, done) {
    this.section = section;
    this.data = data;
    this.vega = vega;
    this.words = words;
    this.done = done;
    /** @type {(FilmPlace | ChartPlace)[]} */
    this.figures = [];
    /** @type {Promise<void> | null} */
    this.mounting = null;
    /** @type {Told} */
    this.told = { frames: [], picked: [] };
    this.answered = data.right === null;
    this.wasDone = false;
    /** @type {{ picked: number | null } | null} */
    this.opening = null; // what is picked at first, of which the page speaks anyway
    /** @type {FilmPlace | null} */
    this.opened = null; // the film of the item that is picked
    /** @type {number | null} */
    this.openedBlock = null;
  }

  /** Whether a frame or an item may be changed by hand: else the step is done when it is answered. */
  get changes() {
    return this.data.done === "changed" && this.data.figures.some((figure) => figure.kind === "film");
  }

  /**
   * Show the step as it was left.
   * @param {number | null} chosen
   * @param {boolean} wasDone
   * @param {Mode} mode
   * @param {boolean} large
   */
  async show(chosen, wasDone, mode, large) {
    this.leaveRoom();
    this.wasDone = wasDone;
    if (chosen !== null) this.reveal(chosen);
    if (this.data.done === "seen") this.finish();
    this.sayDone();
    this.mounting ??= this.mount();
    await this.mounting;
    this.redraw(mode, large);
    if (this.answered && this.data.plays) this.play();
  }

  /** Nothing has been answered yet. */
  forget() {
    this.answered = this.data.right === null;
    this.wasDone = false;
    showReason(this.section, null);
    const hides = this.data.right !== null;
    for (const each of this.section.querySelectorAll(".finding, .caption, .beyond")) toggle(each, hides);
    for (const each of this.section.querySelectorAll(".told")) toggle(each, true);
    for (const each of this.section.querySelectorAll(".later, .curves-later")) toggle(each, !hides);
    this.sayDone();
    this.changeMain();
  }

  /**
   * A prediction has been made.
   * @param {number} chosen
   * @param {Mode} mode
   * @param {boolean} large
   */
  answer(chosen, mode, large) {
    const first = !this.answered;
    this.reveal(chosen);
    if (!this.changes) this.finish();
    this.redraw(mode, large);
    if (first) this.changeMain();
    if (first && this.data.plays) this.play();
  }

  /** @param {number} chosen */
  reveal(chosen) {
    this.answered = true;
    showReason(find(this.section, ".card", HTMLElement), chosen);
    for (const each of this.section.querySelectorAll(".finding, .caption, .beyond")) toggle(each, false);
    for (const each of this.section.querySelectorAll(".later, .curves-later")) toggle(each, true);
    this.tell();
  }

  finish() {
    if (this.wasDone) return;
    this.wasDone = true;
    this.sayDone();
    this.done();
  }

  /** The sentence of the step, and the way on, which is the thing to do now. */
  sayDone() {
    find(this.section, ".say span", HTMLElement).hidden = !this.wasDone;
    find(this.section, ".next", HTMLElement).classList.toggle("primary", this.wasDone);
  }

  /** Leave the room below the main figure for what will be said there, so that nothing jumps when it is. */
  leaveRoom() {
    if (innerWidth < WIDE) return;
    const said = [...this.section.querySelectorAll(".finding, .caption")];
    const hidden = said.filter((each) => each instanceof HTMLElement && each.hidden);
    hidden.forEach((each) => toggle(each, false));
    const height = said.reduce((sum, each) => sum + each.clientHeight + SAID_GAP, 0);
    hidden.forEach((each) => toggle(each, true));
    const main = find(this.section, ".main", HTMLElement);
    main.style.setProperty("--explorer-below", String(Math.round(Math.min(Math.max(height, LEAST_BELOW), MOST_BELOW))));
  }

  async mount() {
    try {
      if (this.data.told !== null) this.told = JSON.parse(await unpackedText(this.data.told));
      for (const [number, figure] of this.data.figures.entries()) await this.mountFigure(number, figure);
      if (this.data.draws) await this.mountDraws(this.data.draws);
    } catch (error) {
      const unpacks = "DecompressionStream" in globalThis;
      const said = unpacks ? inWords(this.words.broken, { error: String(error) }) : this.words.old;
      find(this.section, ".shown", HTMLElement).append(Object.assign(document.createElement("p"), { className: "broken", textContent: said }));
    }
  }

  /**
   * @param {number} number
   * @param {Figure} figure
   */
  async mountFigure(number, { kind, block }) {
    const place = find(this.section, `[data-figure="${number}"]`, HTMLElement);
    if (kind === "chart") {
      const { light, dark, alt } = JSON.parse(await unpackedText(number === 0 ? this.mainBlock : block));
      const items = number === 0 ? this.mainItems : 0;
      this.figures.push(new ChartPlace(place, { light, dark }, alt, this.vega, items, () => {
        this.finish();
        this.tell();
      }));
      return;
    }
    const message = await unpacked(number === 0 ? this.mainBlock : block);
    this.figures.push(new FilmPlace(place, message, (name) => {
      if (this.changes && (name === "frame" || name === "picked")) this.finish();
      if (number === 0) this.tell();
    }));
    if (number === 0) this.tell();
  }

  /** How many items of the main chart may be picked: before the question has been answered, of one that says less, none. */
  get mainItems() {
    return this.data.before === null || this.answered ? this.told.picked.length : 0;
  }

  /** The block of the main figure: until the question has been answered, of the one that does not give the answer away. */
  get mainBlock() {
    return this.data.before === null || this.answered ? this.data.figures[0].block : this.data.before;
  }

  /** Another main figure, if the answer makes one. */
  async changeMain() {
    const main = this.figures[0];
    if (this.data.before === null || main === undefined) return;
    if (main instanceof FilmPlace) return main.replace(await unpacked(this.mainBlock));
    const { light, dark, alt } = JSON.parse(await unpackedText(this.mainBlock));
    main.replace({ light, dark }, alt, this.mainItems);
  }

  /** @param {{ header: number, values: number }} blocks */
  async mountDraws({ header, values }) {
    const main = this.figures[0];
    const place = find(this.section, ".draws", HTMLElement);
    new DrawPlace(
      place, main instanceof FilmPlace ? main : null, await unpackedText(header), await unpacked(values), this.words,
      (isNew) => {
        for (const each of this.section.querySelectorAll(".finding, .caption, .side")) toggle(each, isNew);
      },
    );
  }

  /** What is said of the frame on screen and of what is picked, and what opens then, once the prediction has been made. */
  tell() {
    const main = this.figures[0];
    if (main === undefined) return;
    const frame = main instanceof FilmPlace ? main.player.frame : null;
    const picked = main instanceof FilmPlace ? main.player.picked : main.picked;
    const holds = this.data.pickedAt === null || this.data.pickedAt === frame;
    this.say(".frame-told", frame === null ? undefined : this.told.frames[frame]);
    this.opening ??= { picked };
    const said = picked === null || !holds || picked === this.opening.picked ? undefined : this.told.picked[picked];
    if (this.data.replaces) {
      if (picked !== null && this.told.picked[picked]) this.say(".finding", this.told.picked[picked]);
    } else this.say(".picked-told", said);
    if (picked !== null) this.open(holds ? (this.data.opens[picked] ?? null) : null);
  }

  /**
   * Show the film that opens when an item is picked.
   * @param {number | null} block
   */
  async open(block) {
    if (block === this.openedBlock) return;
    this.openedBlock = block;
    const place = find(this.section, ".opened", HTMLElement);
    place.hidden = block === null;
    if (block === null) return;
    const message = await unpacked(block);
    if (block !== this.openedBlock) return; // another has been picked meanwhile
    if (this.opened) this.opened.replace(message);
    else this.opened = new FilmPlace(place, message, () => {});
  }

  /**
   * @param {string} selector
   * @param {string | undefined} html  of words that the file brings, escaped when it was made
   */
  say(selector, html) {
    const told = find(this.section, selector, HTMLElement);
    told.hidden = !this.answered || !html;
    if (html !== undefined && told.innerHTML !== html) told.innerHTML = html;
  }

  play() {
    for (const figure of this.figures) if (figure instanceof FilmPlace) figure.play();
  }

  leave() {
    for (const figure of this.figures) if (figure instanceof FilmPlace) figure.pause();
  }

  /**
   * @param {Mode} mode
   * @param {boolean} large
   */
  redraw(mode, large) {
    this.leaveRoom();
    for (const figure of this.figures) {
      if (figure instanceof FilmPlace) figure.redraw();
      else figure.show(mode, large);
    }
    this.opened?.redraw();
  }
}

/**
 * @param {Element} element
 * @param {boolean} hidden
 */
function toggle(element, hidden) {
  if (element instanceof HTMLElement) element.hidden = hidden;
}
