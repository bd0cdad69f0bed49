// The player: one instance for each place on a page, kept while data and theme change. It knows no host: who shows it
// hands it messages, and is told of changes.

import { Bar } from "./bar.js";
import { contextOf, newContext } from "./canvas.js";
import { readTheme } from "./colour.js";
import { bestColumns, wrapGalleries } from "./gallery.js";
import { Input } from "./input.js";
import { layOut, roomsOf } from "./layout.js";
import { readMessage } from "./message.js";
import { find, make } from "./page.js";
import { itemCount } from "./pick.js";
import { drawCross, drawMoving, drawStill } from "./picture.js";
import { hoverOn, readPanel } from "./readout.js";
import { fileName, savePicture } from "./save.js";
import { clamp } from "./scale.js";
import { describeItem, following, inOrder, soughtLayer } from "./seek.js";
import { isWhole, seenParts, wholeViews, zoomed } from "./views.js";
import { inWords, PLAYER_WORDS } from "./words.js";

/** @import { Plot } from "./layout.js" */
/** @import { Film, Message } from "./message.js" */
/** @import { Hover } from "./readout.js" */
/** @import { Order } from "./seek.js" */
/** @import { Place, View, WantedView } from "./views.js" */

const PLACE = ".stElementContainer, .film-place"; // the element of a page that keeps a film its room
const STACK_BELOW = 520; // pixels of width
const PAGE_AROUND = 325; // pixels of a window's height that the page needs beside a film, unless it says otherwise
const USUAL_ROOM = 436; // pixels of height of a page's largest film, in a small window
const SMALLEST_STRETCH = 0.75; // times the height asked for, where the page says what has to have room below
const LARGEST_STRETCH = 2; // times the height asked for
const REDUCED_FRAMES_PER_SECOND = 4; // for those who ask for reduced motion
const REPORT_AFTER = { frame: 200, picked: 250, seen: 250 }; // milliseconds without a change
/** @type {Film} */
const NO_FILM = {
  panels: [], captions: [], slider: "", ends: ["", ""], alt: "", frame_seconds: 1, shared_x: false, readings: [],
  palette: { light: {}, dark: {} }, ink: { light: {}, dark: {} },
};

export class Player {
  /** @param {HTMLElement} root  the element of class player */
  constructor(root) {
    this.root = root;
    this.stage = find(root, ".stage", HTMLElement);
    this.canvas = find(root, "canvas", HTMLCanvasElement);
    this.context = contextOf(this.canvas);
    this.still = newContext(); // what stands still behind the film
    this.said = find(root, ".said", HTMLElement); // what was picked by keyboard, for who cannot see it
    this.bar = new Bar(root);
    this.runs = 0;
    /** @type {(name: string, value: unknown) => void} */
    this.setState = () => {}; // what is told of the frame, the pick and the zoom

    // What the page asked for.
    /** @type {Uint8Array | null} */
    this.data = null;
    this.given = NO_FILM;
    this.name = "";
    this.frames = 0;
    this.items = 0; // that may be picked
    this.height = 0;
    /** @type {number | null} */
    this.start = null;
    /** @type {number | null} */
    this.edition = null;
    /** @type {number | null} */
    this.askedPick = null;
    this.reports = { frame: false, picked: false, seen: false };

    // What is shown.
    this.theme = readTheme(root, NO_FILM);
    this.film = NO_FILM; // as given, its galleries in rows that fit
    /** @type {number[]} */
    this.columns = [];
    this.frame = 0;
    /** @type {number | null} */
    this.picked = null;
    /** @type {View[]} */
    this.views = [];
    /** @type {Plot[]} */
    this.plots = [];
    /** @type {Place | null} */
    this.hover = null;
    /** @type {HTMLElement[]} */
    this.readouts = []; // one a panel
    this.stale = true; // the layout, and what stands still

    // Playing, and what the page has been told.
    this.speed = 1;
    this.playing = false;
    this.autoplays = false;
    this.clock = 0; // in frames
    this.request = 0;
    /** @type {{ frame?: number, picked?: number, seen?: number }} */
    this.timers = {};
    /** @type {{ frame: number | null, picked: number | null, seen: string }} */
    this.reported = { frame: null, picked: null, seen: "" };

    this.observer = new ResizeObserver(() => this.refresh());
    this.observer.observe(this.stage);
    this.resized = () => this.refresh();
    addEventListener("resize", this.resized);
    this.input = new Input(this);
    document.fonts.ready.then(() => this.refresh());
  }

  destroy() {
    cancelAnimationFrame(this.request);
    Object.values(this.timers).forEach(clearTimeout);
    this.observer.disconnect();
    removeEventListener("resize", this.resized);
    this.film = this.given = NO_FILM;
  }

  // ---- data ------------------------------------------------------------------------------------------------

  /** @param {Uint8Array} data */
  show(data) {
    if (data !== this.data) this.load(readMessage(data));
    this.data = data;
    this.theme = readTheme(this.root, this.film);
    this.refresh();
    if (this.autoplays) this.play();
    this.autoplays = false;
  }

  /**
   * Data of the same shape keep the frame, the zoom and the play; others begin at `start`.
   * @param {Message} message
   */
  load({ film, start, edition, reports, height, picked, play, name }) {
    const before = this.given;
    const frames = film.captions.length;
    /** @type {(which: Film) => string} */
    const axes = (which) => JSON.stringify(which.panels.map((panel) => [panel.x, panel.y]));
    const other = axes(before) !== axes(film);
    if (other) Object.assign(this, { columns: [], views: wholeViews(film), hover: null });
    const asked = this.edition !== edition || (this.start !== start && this.reported.frame !== start);
    const moved = asked || before.captions.length !== frames;
    const repicked = this.askedPick !== picked && this.reported.picked !== picked; // not the echo of a click
    Object.assign(this, { given: film, start, edition, reports, height, frames, name, askedPick: picked });
    this.film = wrapGalleries(film, this.columns);
    this.items = Math.max(...film.panels.flatMap(({ layers }) => layers.map(itemCount)), 0);
    this.fill();
    if (other) this.report("seen", 0);
    if (repicked) {
      clearTimeout(this.timers.picked);
      this.picked = this.reported.picked = picked;
    }
    if (!moved) return;
    this.pause();
    this.frame = this.reported.frame = clamp(start, 0, frames - 1);
    this.autoplays = play && asked && !reducesMotion();
    if (!play || !asked || this.autoplays || before === NO_FILM) return;
    this.frame = frames - 1; // reduced motion: where the film would have come to rest
    this.reportSoon();
  }

  fill() {
    const { film, canvas, stage } = this;
    this.bar.fill(film);
    this.bar.showHint(0);
    this.bar.showSpeed(this.speed);
    canvas.setAttribute("aria-label", film.alt);
    const judged = soughtLayer(film)?.layer.kind === "Judged";
    if (this.items > 0) canvas.setAttribute("aria-keyshortcuts", judged ? ", . h s" : ", . h");
    else canvas.removeAttribute("aria-keyshortcuts");
    this.readouts.forEach((readout) => readout.remove());
    this.readouts = film.panels.map(() => stage.appendChild(Object.assign(make("div", "readout"), { hidden: true })));
  }

  // ---- drawing ---------------------------------------------------------------------------------------------

  /** Size, view, data or theme changed: everything is drawn anew. */
  refresh() {
    this.stale = true;
    this.draw();
  }

  draw() {
    if (this.film === NO_FILM || this.root.clientWidth === 0) return; // nothing to show yet, or nowhere to show it
    if (this.stale) this.drawBackground();
    const { canvas, context, plots, theme, frame, picked } = this;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, canvas.width, canvas.height);
    context.drawImage(this.still.canvas, 0, 0);
    context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
    for (const plot of plots) drawMoving(context, plot, frame, picked, theme);
    this.drawHover();
    this.bar.show(frame);
    this.root.dataset.picked = picked === null ? "" : String(picked);
  }

  drawBackground() {
    const { given, stage, canvas, bar, theme } = this;
    bar.fit(theme, this.root.clientWidth);
    const stacked = this.root.clientWidth < STACK_BELOW && given.panels.length > 1;
    this.fitHeight(stacked);
    const [width, height] = [stage.clientWidth, stage.clientHeight];
    for (const each of [canvas, this.still.canvas]) {
      each.width = Math.round(width * devicePixelRatio);
      each.height = Math.round(height * devicePixelRatio);
    }
    this.still.scale(devicePixelRatio, devicePixelRatio);
    this.wrap(bestColumns(given, roomsOf(given, width, height, stacked, this.still, theme)));
    this.plots = layOut(this.film, this.views, width, height, stacked, this.still, theme);
    drawStill(this.still, this.plots, theme);
    this.stale = false;
  }

  /**
   * Show galleries with so many pictures in a row.
   * @param {number[]} columns
   */
  wrap(columns) {
    if (String(columns) === String(this.columns)) return;
    this.columns = columns;
    this.film = wrapGalleries(this.given, columns);
    if (columns.some(Boolean)) Object.assign(this, { views: wholeViews(this.film), hover: null });
  }

  /**
   * The page keeps `height` free; stacked panels need more, and a tall window has more to give.
   * @param {boolean} stacked
   */
  fitHeight(stacked) {
    const { root, bar, height } = this;
    const place = /** @type {ShadowRoot} */ (root.getRootNode()).host?.closest(PLACE);
    const below = parseFloat(getComputedStyle(root).getPropertyValue("--explorer-below"));
    const around = below ? below + topOf(place) : PAGE_AROUND;
    const least = below ? SMALLEST_STRETCH : 1;
    const roomy = height * clamp((innerHeight - around) / USUAL_ROOM, least, LARGEST_STRETCH); // equal ones stay equal
    const panels = this.film.panels.length * Math.max(220, 0.75 * (height - bar.bar.offsetHeight));
    const wanted = stacked ? Math.max(height, panels + bar.height) : roomy;
    const size = wanted === height ? "" : `${Math.round(wanted)}px`;
    if (place instanceof HTMLElement) Object.assign(place.style, { height: size, flexBasis: size });
  }

  drawHover() {
    this.plots.forEach((plot, i) => {
      const readout = this.readouts[i];
      const at = this.hover && hoverOn(this.film, i, this.hover);
      readout.hidden = !at;
      if (!at) return;
      drawCross(this.context, plot, at, this.theme);
      this.fillReadout(readout, plot, at);
    });
  }

  /**
   * @param {HTMLElement} readout
   * @param {Plot} plot
   * @param {Hover} at
   */
  fillReadout(readout, plot, at) {
    const rows = readPanel(plot, this.frame, at).map(({ name, text, role }) => {
      const row = make("div", "");
      row.style.color = this.theme.ink[role];
      row.append(`${name} `, make("b", "", text));
      return row;
    });
    readout.replaceChildren(...rows);
    const x = plot.x.pixel(at.x);
    const left = x + 10 + readout.offsetWidth > plot.left + plot.width ? x - 10 - readout.offsetWidth : x + 10;
    readout.style.left = `${Math.max(0, left)}px`;
    readout.style.top = `${plot.top + 8}px`;
  }

  /**
   * @param {number} panel
   * @param {WantedView} wanted
   */
  zoom(panel, wanted) {
    this.setViews(zoomed(this.views, this.film, panel, wanted));
  }

  resetViews() {
    this.setViews(wholeViews(this.film));
  }

  /** @param {View[]} views */
  setViews(views) {
    this.views = views;
    this.bar.reset.hidden = isWhole(views, this.film);
    this.hover = null; // until the pointer moves it reads nothing
    this.refresh();
    this.report("seen", REPORT_AFTER.seen);
  }

  /** The part of each panel that is seen, as seenParts() writes it. */
  get seen() {
    return seenParts(this.views, this.film);
  }

  save() {
    savePicture(this.canvas, this.theme.roles.ground, fileName(this.film, this.frame, this.name));
  }

  // ---- playing ---------------------------------------------------------------------------------------------

  play() {
    if (this.frame === this.frames - 1) this.frame = 0; // again from the beginning
    this.setPlaying(true);
    this.clock = this.frame;
    let last = performance.now();
    /** @type {FrameRequestCallback} */
    const tick = (now) => {
      this.clock += Math.min(Math.max(now - last, 0), 250) / 1000 * this.framesPerSecond();
      last = now;
      const next = Math.min(Math.floor(this.clock), this.frames - 1);
      if (next !== this.frame) this.goTo(next);
      if (next === this.frames - 1) this.stop();
      else this.request = requestAnimationFrame(tick);
    };
    this.request = requestAnimationFrame(tick);
    this.draw();
  }

  framesPerSecond() {
    const asked = this.speed / this.film.frame_seconds;
    return reducesMotion() ? Math.min(asked, REDUCED_FRAMES_PER_SECOND) : asked;
  }

  pause() {
    cancelAnimationFrame(this.request);
    this.setPlaying(false);
  }

  stop() {
    this.pause();
    this.reportSoon();
  }

  toggle() {
    if (this.playing) this.stop();
    else this.play();
  }

  /** @param {boolean} playing */
  setPlaying(playing) {
    this.playing = playing;
    this.bar.showPlaying(playing);
  }

  /** @param {number} speed */
  setSpeed(speed) {
    this.speed = speed;
    this.bar.showSpeed(speed);
  }

  /** @param {number} frame */
  goTo(frame) {
    this.frame = clamp(frame, 0, this.frames - 1);
    this.draw();
  }

  /** @param {number} frame */
  step(frame) {
    this.pause();
    this.goTo(frame);
    this.reportSoon();
  }

  /**
   * Pick one item, in every layer that may be picked.
   * @param {number} number
   * @param {number} delay  milliseconds until the page is told
   */
  pick(number, delay = 0) {
    this.picked = number;
    this.draw();
    this.report("picked", delay);
  }

  /**
   * Pick the next item of an order by keyboard, and say which it is.
   * @param {number} step
   * @param {Order} order
   */
  pickNext(step, order = "all") {
    const sought = soughtLayer(this.film);
    const numbers = sought ? inOrder(sought.layer, order, this.frame) : order === "all" ? [...Array(this.items).keys()] : [];
    if (numbers.length === 0) {
      this.said.textContent = order === "suspicious" ? PLAYER_WORDS.no_suspicious : PLAYER_WORDS.no_hallucinated;
      return;
    }
    const number = following(numbers, this.picked, step);
    this.pick(number, REPORT_AFTER.picked);
    this.said.textContent = sought
      ? describeItem(sought.layer, sought.panel, number, this.frame)
      : inWords(PLAYER_WORDS.number, { number: number + 1, count: this.items });
  }

  // ---- reporting to Python ---------------------------------------------------------------------------------

  /** Report where the film came to rest, and never while it moves. */
  reportSoon() {
    this.report("frame", REPORT_AFTER.frame);
  }

  /**
   * @param {"frame" | "picked" | "seen"} name
   * @param {number} delay
   */
  report(name, delay) {
    clearTimeout(this.timers[name]);
    if (!this.reports[name]) return;
    this.timers[name] = setTimeout(() => {
      if ((name === "frame" && this.playing) || this[name] === this.reported[name]) return;
      Object.assign(this.reported, { [name]: this[name] });
      this.setState(name, this[name]);
    }, delay);
  }
}

/**
 * The pixels of the page above the row in which an element stands.
 * @param {Element | null | undefined} place
 */
function topOf(place) {
  const row = place?.closest('[data-testid="stHorizontalBlock"]') ?? place;
  const scrolled = place?.closest('[data-testid="stMain"]')?.scrollTop ?? scrollY;
  return row ? row.getBoundingClientRect().top + scrolled : 0;
}

/** Whether the viewer asks for reduced motion. */
function reducesMotion() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}
