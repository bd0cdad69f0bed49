// Pictures to be labelled, one large or twelve: with keys or buttons, without waiting for the server.

import { find, make } from "../../figures/player/page.js";
import { Marks, nextOpen, OPEN, stepped, TILES } from "./marks.js";

/** @import { ComponentArguments } from "../player/component.js" */
/** @import { Mark } from "./marks.js" */

/**
 * who         names the labelling, the person and the pass; another one begins anew
 * n           pictures; side: of each, in pixels; grid: twelve at once
 * marks       what the server has written
 * first       the place of the first of the pictures in `pictures`, base64 of `depth` bytes a pixel: one, 255 for
 *             ink, or three, red, green and blue
 * @typedef {{
 *   who: string, n: number, side: number, depth: number, grid: boolean, marks: Mark[], first: number,
 *   pictures: string,
 * }} Shown
 */

const POSSIBLE = 1;
const IMPOSSIBLE = 0;
const SKIPPED = 2;
const WORDS = new Map([[POSSIBLE, "possible"], [IMPOSSIBLE, "not possible"], [SKIPPED, "skipped"], [OPEN, "open"]]);
const SIGNS = new Map([[POSSIBLE, "✓"], [IMPOSSIBLE, "✕"], [SKIPPED, "–"], [OPEN, ""]]);
const KEYS = new Map([["1", "1"], ["2", "0"], ["0", "2"], ["s", "2"], ["z", "undo"], ["Enter", "rest"]]);
const PAPER = 0.08; // of the ink in the ground of a picture, as in all galleries

/** What a person sees of a labelling, and what was done that the server may not know yet. */
class LabelPage {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.tiles = find(root, ".tiles", HTMLElement);
    this.count = find(root, ".count", HTMLElement);
    this.said = find(root, ".said", HTMLElement);
    this.progress = find(root, "progress", HTMLProgressElement);
    /** @type {Shown | null} */
    this.shown = null;
    this.marks = new Marks(0);
    /** @type {Map<number, Uint8Array>} */
    this.pictures = new Map();
    this.cursor = 0;
    this.sent = "";
    this.runs = 0;
    /** @type {(name: string, value: unknown) => void} */
    this.tell = () => {};
    this.onKey = (/** @type {KeyboardEvent} */ event) => this.key(event);
    document.addEventListener("keydown", this.onKey);
    for (const button of root.querySelectorAll("button")) {
      button.addEventListener("click", () => this.act(String(button.dataset.act)));
    }
  }

  /** @param {Shown} shown  what the server has sent */
  show(shown) {
    const anew = this.shown?.who !== shown.who || this.shown.n !== shown.n;
    if (anew) {
      this.marks = new Marks(shown.n);
      this.pictures.clear();
      this.sent = "";
    }
    this.shown = shown;
    const forgotten = this.marks.take(shown.marks);
    if (anew) this.cursor = nextOpen(this.marks.replayed().labels, shown.n - 1, shown.n);
    this.say(forgotten && !anew ? "These pictures were labelled elsewhere, too; this is what is kept." : "");
    const bytes = Uint8Array.from(atob(shown.pictures), (letter) => letter.charCodeAt(0));
    const size = shown.depth * shown.side ** 2;
    for (let i = 0; (i + 1) * size <= bytes.length; i += 1) {
      this.pictures.set(shown.first + i, bytes.subarray(i * size, (i + 1) * size));
    }
    this.draw();
    this.report();
  }

  /** @param {string} text */
  say(text) {
    this.said.textContent = text;
  }

  /** The first place and the number of the pictures that are seen at once. */
  block() {
    const block = this.shown?.grid ? TILES : 1;
    return { begin: this.cursor - (this.cursor % block), block };
  }

  /** Tell the server what was done, and from where on pictures are missing; once. */
  report() {
    const { begin } = this.block();
    const last = Math.min(begin + 2 * TILES, this.marks.n);
    let need = -1;
    for (let place = last - 1; place >= begin; place -= 1) if (!this.pictures.has(place)) need = place;
    const { since, marks } = this.marks.unwritten();
    if (!marks.length && need < 0) return;
    const news = JSON.stringify([since, marks, need]);
    if (news === this.sent) return;
    this.sent = news;
    this.tell("done", { who: this.shown?.who, since, marks, need });
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const at = event.composedPath()[0];
    const writing = at instanceof HTMLElement && (at.isContentEditable || at.matches("input, textarea, select"));
    if (writing || event.ctrlKey || event.metaKey || event.altKey || !this.root.isConnected) return;
    const inside = at instanceof Node && this.root.contains(at);
    const onButton = at instanceof HTMLElement && at.closest("button, a, [role=button], [role=radio]") !== null;
    if (event.key === "Enter" && (onButton || !this.shown?.grid)) return;
    const act = KEYS.get(event.key.length === 1 ? event.key.toLowerCase() : event.key);
    const columns = getComputedStyle(this.tiles).gridTemplateColumns.split(" ").length;
    const to = this.shown?.grid && (inside || at === document.body)
      ? stepped(event.key, this.cursor, columns, this.marks.n)
      : null;
    if (act === undefined && to === null) return;
    event.preventDefault();
    event.stopPropagation(); // the page has keys of its own
    if (act !== undefined) this.act(act);
    else if (to !== null) this.move(to, inside);
  }

  /** @param {string} act  a label, undo, or rest: all that are open are possible */
  act(act) {
    const { labels } = this.marks.replayed();
    const { begin, block } = this.block();
    let to = this.cursor;
    if (act === "undo") {
      const undone = this.marks.undo();
      if (undone === null) return this.say("There is nothing to undo.");
      this.say(`Picture ${undone + 1} is as before.`);
      to = undone;
    } else if (act === "rest") {
      const end = Math.min(begin + block, labels.length);
      for (let place = begin; place < end; place += 1) {
        if (labels[place] === OPEN) this.marks.label(place, POSSIBLE);
      }
      to = nextOpen(this.marks.replayed().labels, end - 1, block);
      this.say("The others are possible.");
    } else {
      if (this.over() && !this.shown?.grid) return;
      this.marks.label(this.cursor, Number(act));
      labels[this.cursor] = Number(act);
      this.say(`Picture ${this.cursor + 1}: ${WORDS.get(Number(act))}.`);
      to = nextOpen(labels, this.cursor, block);
    }
    this.move(to, this.tiles.contains(this.active()));
    this.report();
  }

  active() {
    const root = this.root.getRootNode();
    return root instanceof ShadowRoot ? root.activeElement : document.activeElement;
  }

  over() {
    return !this.marks.replayed().labels.includes(OPEN);
  }

  /** @param {number} to  the place that comes next @param {boolean} focused  whether the focus goes there */
  move(to, focused) {
    this.cursor = to;
    this.draw();
    this.report();
    if (focused) /** @type {HTMLElement | null} */ (this.tiles.querySelector("[aria-current]"))?.focus();
  }

  draw() {
    const { labels, standing } = this.marks.replayed();
    const { begin, block } = this.block();
    const places = labels.map((_, place) => place).slice(begin, begin + block);
    const done = labels.filter((label) => label !== OPEN).length;
    this.root.classList.toggle("grid", block > 1);
    this.root.classList.toggle("over", done === labels.length);
    this.tiles.replaceChildren(...places.map((place) => this.tile(place, labels[place], block > 1)));
    this.progress.max = labels.length;
    this.progress.value = done;
    this.count.textContent = `${done} of ${labels.length}`;
    find(this.root, "[data-act=undo]", HTMLButtonElement).disabled = standing.length === 0;
    find(this.root, "[data-act=rest]", HTMLButtonElement).hidden = block === 1;
  }

  /**
   * A picture as a button that makes it the one that is labelled; alone it is no button.
   * @param {number} place @param {number} label @param {boolean} many
   */
  tile(place, label, many) {
    const canvas = make("canvas", "", "");
    const pixels = this.pictures.get(place);
    if (pixels) this.paint(canvas, pixels);
    const words = `Picture ${place + 1} of ${this.marks.n}`;
    const tile = many ? Object.assign(make("button", "tile"), { type: "button" }) : make("div", "tile");
    if (many) {
      tile.setAttribute("aria-label", `${words}, ${WORDS.get(label)}`);
      tile.addEventListener("click", () => this.move(place, true));
    } else {
      canvas.setAttribute("role", "img");
      canvas.setAttribute("aria-label", words);
    }
    if (many && place === this.cursor) tile.setAttribute("aria-current", "true");
    tile.dataset.label = String(label);
    tile.append(canvas);
    if (many) tile.append(make("span", "sign", SIGNS.get(label)));
    return tile;
  }

  /** @param {HTMLCanvasElement} canvas @param {Uint8Array} pixels */
  paint(canvas, pixels) {
    const side = Number(this.shown?.side);
    const coloured = this.shown?.depth === 3;
    canvas.width = canvas.height = side;
    const context = canvas.getContext("2d");
    if (!context) return;
    context.fillStyle = getComputedStyle(this.root).color;
    context.fillRect(0, 0, side, side);
    const image = context.getImageData(0, 0, side, side);
    pixels.forEach((value, i) => {
      if (coloured) image.data[4 * Math.floor(i / 3) + (i % 3)] = value;
      else image.data[4 * i + 3] = Math.round(255 * PAPER + (1 - PAPER) * value);
    });
    context.putImageData(image, 0, 0);
  }

  destroy() {
    document.removeEventListener("keydown", this.onKey);
  }
}

/** @type {WeakMap<ParentNode, LabelPage>} */
const PAGES = new WeakMap(); // by parentElement

/**
 * Show what is to be labelled in `parentElement`, and report what was done as the state `done`.
 * @param {ComponentArguments<Shown>} component
 * @returns {() => void} what takes it down
 */
export default function render({ data, parentElement, setStateValue }) {
  const page = PAGES.get(parentElement) ?? new LabelPage(find(parentElement, ".label", HTMLElement));
  PAGES.set(parentElement, page);
  page.tell = setStateValue;
  page.show(data);
  const run = (page.runs += 1); // only the newest run takes it down
  return () => {
    if (page.runs !== run) return;
    page.destroy();
    PAGES.delete(parentElement);
  };
}
