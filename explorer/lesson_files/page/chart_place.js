// A place on the page for a chart. Vega's code is in the file, packed, and runs once the first chart is shown.

import { unpackedText } from "./packed.js";

/** @typedef {"light" | "dark"} Mode */
/** @typedef {Record<string, any>} Specification */
/** @typedef {{ datum?: Record<string, unknown> } | null | undefined} Mark */
/** @typedef {{ addEventListener: (name: "click", listener: (event: unknown, mark: Mark) => void) => void }} VegaView */
/** @typedef {{ finalize: () => void, view: VegaView }} Drawn */
/** @typedef {(place: HTMLElement, spec: Specification, options: object) => Promise<Drawn>} Embed */

const LARGER_LETTERS = 1.5; // times the size of a chart's letters, on a projector

const LETTER_WIDTH = 0.52; // of a letter, in its height
const ERRORS = 1; // the level of what Vega writes to the console
const ROW = "explorer_row"; // the field with the number of a row

/** @type {Promise<Embed> | null} */
let embedding = null;

/**
 * @param {number} block  the number of the block that holds Vega
 * @returns {Promise<Embed>}
 */
function loadVega(block) {
  embedding ??= unpackedText(block).then((code) => {
    document.head.append(Object.assign(document.createElement("script"), { textContent: code }));
    return /** @type {any} */ (globalThis).vegaEmbed;
  });
  return embedding;
}

export class ChartPlace {
  /**
   * @param {HTMLElement} place
   * @param {Record<Mode, Specification>} specs
   * @param {string} alt
   * @param {number} vega  the number of the block that holds Vega
   * @param {number} items  how many of its rows may be picked
   * @param {(row: number) => void} pick
   */
  constructor(place, specs, alt, vega, items, pick) {
    this.specs = specs;
    this.vega = vega;
    this.place = place;
    this.shown = "";
    this.again = () => {};
    new ResizeObserver(() => this.again()).observe(place);
    /** @type {Drawn | null} */
    this.drawn = null;
    /** @type {number | null} */
    this.picked = null;
    this.items = items;
    this.pick = (/** @type {number} */ row) => { this.picked = row; pick(row); };
    this.box = place.appendChild(document.createElement("div"));
    this.box.setAttribute("role", "img");
    this.box.onkeydown = (event) => this.onKey(event);
    this.tell(alt);
  }

  /**
   * What the chart shows in words, and its keys if something may be picked.
   * @param {string} alt
   */
  tell(alt) {
    this.box.setAttribute("aria-label", alt);
    if (this.items > 0) {
      this.box.tabIndex = 0;
      this.box.setAttribute("aria-keyshortcuts", ". ,");
    } else {
      this.box.removeAttribute("tabindex");
      this.box.removeAttribute("aria-keyshortcuts");
    }
  }

  /**
   * Another chart in its place.
   * @param {Record<Mode, Specification>} specs
   * @param {string} alt
   * @param {number} items
   */
  replace(specs, alt, items) {
    this.specs = specs;
    this.items = items;
    this.picked = null;
    this.shown = "";
    this.tell(alt);
    this.again();
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    const by = { ".": 1, ",": -1 }[event.key];
    if (by === undefined || this.items === 0) return;
    event.preventDefault();
    this.pick(this.picked === null ? 0 : (this.picked + by + this.items) % this.items);
  }

  /**
   * Draw the chart, unless it is drawn so already or has no room yet.
   * @param {Mode} mode
   * @param {boolean} large
   */
  async show(mode, large) {
    this.again = () => this.show(mode, large);
    const { clientWidth: width, clientHeight: height } = this.place;
    const asked = `${mode} ${large} ${width} ${height}`;
    if (width === 0 || height === 0 || asked === this.shown) return;
    this.shown = asked;
    const embed = await loadVega(this.vega);
    if (asked !== this.shown) return; // another size or theme has been asked for meanwhile
    const spec = titled({ ...(large ? larger(this.specs[mode]) : this.specs[mode]), width, height });
    const drawn = await embed(this.box, spec, {
      mode: "vega-lite", renderer: "svg", actions: false, ast: true, logLevel: ERRORS, tooltip: { theme: mode },
    });
    this.drawn?.finalize();
    this.drawn = drawn;
    drawn.view.addEventListener("click", (_, mark) => {
      const row = mark?.datum?.[ROW];
      if (typeof row === "number" && row < this.items) this.pick(row);
    });
    for (const svg of this.box.querySelectorAll("svg")) svg.setAttribute("aria-hidden", "true"); // it is told above
  }
}

/**
 * A specification whose title stands in lines that fit.
 * @param {Specification} spec
 * @returns {Specification}
 */
function titled(spec) {
  const { title, width } = spec;
  if (typeof title?.text !== "string") return spec;
  const letters = Math.floor(width / (LETTER_WIDTH * (title.fontSize ?? 14)));
  const lines = [""];
  for (const word of title.text.split(" ")) {
    const longer = `${lines[lines.length - 1]} ${word}`.trim();
    if (longer.length <= letters) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return { ...spec, title: { ...title, text: lines.filter(Boolean) } };
}

/**
 * A specification with larger letters.
 * @param {any} spec
 * @returns {any}
 */
function larger(spec) {
  if (Array.isArray(spec)) return spec.map(larger);
  if (spec === null || typeof spec !== "object") return spec;
  return Object.fromEntries(Object.entries(spec).map(([name, value]) => [
    name, name.endsWith("ontSize") && typeof value === "number" ? Math.round(value * LARGER_LETTERS) : name === "values" ? value : larger(value),
  ]));
}
