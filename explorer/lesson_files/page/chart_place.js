// A place on the page for a chart. Vega's code is in the file, packed, and runs once the first chart is shown.

import { unpackedText } from "./packed.js";

/** @typedef {"light" | "dark"} Mode */
/** @typedef {Record<string, any>} Specification */
/** @typedef {(place: HTMLElement, spec: Specification, options: object) => Promise<{ finalize: () => void }>} Embed */

const LARGER_LETTERS = 1.5; // times the size of a chart's letters, on a projector

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
   */
  constructor(place, specs, alt, vega) {
    this.specs = specs;
    this.vega = vega;
    this.place = place;
    this.shown = "";
    /** @type {{ finalize: () => void } | null} */
    this.drawn = null;
    this.box = place.appendChild(document.createElement("div"));
    this.box.setAttribute("role", "img");
    this.box.setAttribute("aria-label", alt);
  }

  /**
   * Draw the chart, unless it is drawn so already or has no room yet.
   * @param {Mode} mode
   * @param {boolean} large
   */
  async show(mode, large) {
    const asked = `${mode} ${large} ${this.place.clientHeight}`;
    if (this.place.clientWidth === 0 || asked === this.shown) return;
    this.shown = asked;
    const embed = await loadVega(this.vega);
    const height = Math.max(parseFloat(getComputedStyle(this.place).minHeight) || 0, 120);
    const spec = { ...(large ? larger(this.specs[mode]) : this.specs[mode]), width: "container", height };
    const drawn = await embed(this.box, spec, {
      mode: "vega-lite", renderer: "svg", actions: false, ast: true, tooltip: { theme: mode },
    });
    this.drawn?.finalize();
    this.drawn = drawn;
    for (const svg of this.box.querySelectorAll("svg")) svg.setAttribute("aria-hidden", "true"); // it is told above
  }
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
