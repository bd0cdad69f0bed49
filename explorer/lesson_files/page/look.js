// Light or dark, and large letters for a projector: kept for the whole page, asked of the system at first.

/** @import { Mode } from "./chart_place.js" */

const DARK = matchMedia("(prefers-color-scheme: dark)");

export class Look {
  /** @param {() => void} changed */
  constructor(changed) {
    this.changed = changed;
    this.root = document.documentElement;
    DARK.addEventListener("change", () => { delete this.root.dataset.theme; this.changed(); });
  }

  /** @returns {Mode} */
  get mode() {
    const chosen = this.root.dataset.theme;
    return chosen === "dark" || (chosen === undefined && DARK.matches) ? "dark" : "light";
  }

  get large() {
    return this.root.dataset.projector !== undefined;
  }

  turn() {
    this.root.dataset.theme = this.mode === "dark" ? "light" : "dark";
    this.changed();
  }

  enlarge() {
    if (this.large) delete this.root.dataset.projector;
    else this.root.dataset.projector = "";
    this.changed();
  }
}
