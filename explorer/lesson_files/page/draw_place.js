// Samples drawn in the browser, below a step's figure: how many hallucinate, where they lie, and new noise for its lines.

import { make } from "../../figures/player/page.js";
import { inWords } from "../../figures/player/words.js";
import { drawInTurns, followSamples, histogram, pathCodes, readNoiseTable, shareOf } from "./draw_samples.js";

/** @import { Panel } from "../../figures/player/message.js" */
/** @import { NoiseTable } from "./draw_samples.js" */
/** @import { FilmPlace } from "./film_place.js" */

const DRAWN_AT_ONCE = 10_000;
const CELLS = 150;
const MARGIN = 1; // beyond the outermost modes, in units of x
const BARS = 100; // height of the histogram in its own units

export class DrawPlace {
  /**
   * @param {HTMLElement} place
   * @param {FilmPlace | null} film  whose lines may follow new noise
   * @param {string} header
   * @param {Uint8Array} values
   * @param {Record<string, string>} words
   * @param {(isNew: boolean) => void} followed  told when the film shows new noise, and when what it showed before
   */
  constructor(place, film, header, values, words, followed) {
    this.table = readNoiseTable(header, values);
    this.film = film;
    this.words = words;
    this.followed = followed;
    this.count = 0;
    this.astray = 0;
    this.seed = 1;
    const means = this.table.modes.map(({ mean }) => mean);
    this.ends = /** @type {[number, number]} */ ([Math.min(...means) - MARGIN, Math.max(...means) + MARGIN]);
    this.cells = new Float64Array(CELLS);
    const more = inWords(words.draw_more, { count: DRAWN_AT_ONCE.toLocaleString(words.lang) });
    this.more = this.button(more, () => this.draw());
    this.said = make("p", "small");
    this.said.setAttribute("role", "status");
    this.bars = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    this.bars.setAttribute("viewBox", `0 0 ${CELLS} ${BARS}`);
    this.bars.setAttribute("preserveAspectRatio", "none");
    this.bars.setAttribute("aria-hidden", "true"); // its numbers stand beside it
    place.append(this.more);
    if (this.paths.length > 0) place.append(this.button(words.new_noise, () => this.follow()));
    this.before = this.button(words.as_before, () => this.restore());
    this.before.hidden = true;
    place.append(this.before, this.said, this.bars);
  }

  /**
   * @param {string} text
   * @param {() => void} press
   */
  button(text, press) {
    const made = make("button", "", text);
    made.type = "button";
    made.onclick = press;
    return made;
  }

  /** The panels of the film whose lines are samples on their way, as Trajectories has them. */
  get paths() {
    return (this.film?.player.given.panels ?? []).filter((panel) => pathsOf(panel, this.table) !== null);
  }

  async draw() {
    this.more.disabled = true;
    this.seed += 1;
    await drawInTurns(this.table, DRAWN_AT_ONCE, this.seed, ({ samples, hallucinated }, share) => {
      this.count += samples.length;
      this.astray += hallucinated.reduce((sum, one) => sum + one, 0);
      histogram(samples, ...this.ends, CELLS).forEach((count, at) => { this.cells[at] += count; });
      this.said.textContent = inWords(this.words.drawing, { share: Math.round(100 * share) });
    });
    this.more.disabled = false;
    this.tell();
    this.drawBars();
  }

  tell() {
    const { value, low, high } = shareOf(this.astray, this.count);
    this.said.textContent = inWords(this.words.drawn, {
      count: this.count.toLocaleString(this.words.lang), astray: this.astray, k: this.table.k, rate: inPercent(value),
      interval: `[${inPercent(low)}, ${inPercent(high)}]`, exact: inPercent(this.table.exact),
    });
  }

  /** How many samples lie in each cell, on a log scale, those beyond k sigma in their colour. */
  drawBars() {
    const [low, high] = this.ends;
    const { modes, k } = this.table;
    const most = Math.log1p(Math.max(...this.cells));
    const shapes = Array.from(this.cells, (count, at) => {
      const x = low + ((at + 0.5) / CELLS) * (high - low);
      const astray = modes.every(({ mean, sigma }) => Math.abs(x - mean) > k * sigma);
      const height = (BARS * Math.log1p(count)) / most;
      return `<rect x="${at}" y="${BARS - height}" width="1" height="${height}" fill="var(--mark-${astray ? "hallucinated" : "model"})"/>`;
    });
    this.bars.innerHTML = shapes.join("");
    this.bars.classList.add("bars");
  }

  /** Lines of new noise in the film, by the network and by the true score. */
  follow() {
    if (!this.film) return;
    const { player } = this.film;
    const [first] = this.paths;
    const paths = pathsOf(first, this.table);
    if (!paths) return;
    this.seed += 1;
    const followed = followSamples(this.table, paths.lines.y.shape[0], this.seed);
    for (const panel of this.paths) {
      const { lines, points } = pathsOf(panel, this.table) ?? paths;
      const codes = pathCodes(followed, panel.title_colour === "truth" ? 1 : 0, panel.y.start, panel.y.end);
      lines.y.codes.set(codes.y);
      lines.category?.codes.set(codes.category);
      points?.xy.codes.set(codes.xy);
      points?.category?.codes.set(points.category.frames === 1 ? codes.category : codes.dots);
    }
    player.picked = null;
    player.refresh();
    const [model, truth] = followed.hallucinated.map((flags) => flags.reduce((sum, one) => sum + one, 0));
    this.said.textContent = inWords(this.words.followed, { count: followed.count, k: this.table.k, model, truth });
    this.before.hidden = false;
    this.followed(true);
  }

  restore() {
    if (!this.film) return;
    this.film.replace(this.film.message.slice());
    this.before.hidden = true;
    this.said.textContent = "";
    this.followed(false);
  }
}

/**
 * The lines of a panel that are samples over the steps of the table, and their dots; null where there are none.
 * @param {Panel} panel
 * @param {NoiseTable} table
 */
function pathsOf({ layers }, { shown }) {
  for (const lines of layers) {
    if (lines.kind !== "Lines" || lines.y.frames !== 1 || lines.y.shape[1] !== shown.length) continue;
    const found = layers.find((layer) => layer.kind === "Points" && layer.xy.frames === shown.length);
    return { lines, points: found?.kind === "Points" ? found : null };
  }
  return null;
}

/** A share with three digits. @param {number} share */
function inPercent(share) {
  return `${share === 0 ? "0" : (100 * share).toPrecision(3)} %`;
}
