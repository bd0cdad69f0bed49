// Input: pointer, fingers, wheel and keyboard, and what each does to a player.

import { find } from "./page.js";
import { isInside } from "./layout.js";
import { itemAt } from "./pick.js";
import { HANDLE } from "./picture.js";
import { clamp } from "./scale.js";
import { selectedBy, stretched } from "./views.js";

/** @import { Plot } from "./layout.js" */
/** @import { Player } from "./player.js" */
/** @import { Place } from "./views.js" */

/**
 * A press of a button or a finger. start: where it began in the window; item: what a click would pick; scrubs: it
 * moves the film.
 * @typedef {{
 *   from: Place, to: Place, start: [x: number, y: number], item: number | null, moved: boolean,
 *   scrubs: boolean, touch: boolean,
 * }} Press
 */

/** @typedef {{ middle: [x: number, y: number], apart: number }} Fingers  two of them, in pixels of the canvas */

const CLICK = 5; // pixels within which a press that moves is still a click
const SPEEDS = [0.25, 0.5, 1, 2];

export class Input {
  /** @param {Player} player */
  constructor(player) {
    this.player = player;
    this.canvas = player.canvas;
    this.bar = player.bar;
    this.selection = find(player.root, ".selection", HTMLElement);
    /** @type {Press | null} */
    this.press = null;
    /** @type {Fingers & { panel: number, plot: Plot } | null} */
    this.pinch = null; // the panel, and where the fingers lay as the second came down
    /** @type {Map<number, [x: number, y: number]>} */
    this.fingers = new Map(); // by pointerId
    this.listen();
  }

  listen() {
    const { player, bar, canvas } = this;
    bar.play.onclick = () => player.toggle();
    bar.back.onclick = () => player.step(player.frame - 1);
    bar.forward.onclick = () => player.step(player.frame + 1);
    bar.speed.onclick = () => player.setSpeed(SPEEDS[(SPEEDS.indexOf(player.speed) + 1) % SPEEDS.length]);
    bar.slider.oninput = () => { player.pause(); player.goTo(Number(bar.slider.value)); };
    bar.slider.onchange = () => player.reportSoon();
    bar.save.onclick = () => player.save();
    bar.reset.onclick = () => player.resetViews();
    player.root.onkeydown = (event) => this.onKey(event);
    canvas.onpointerdown = (event) => this.onDown(event);
    canvas.onpointermove = (event) => this.onMove(event);
    canvas.onpointerup = (event) => this.onUp(event);
    canvas.onpointercancel = (event) => this.onCancel(event);
    canvas.onpointerleave = () => { player.hover = null; player.draw(); };
    canvas.ondblclick = () => player.resetViews();
    canvas.addEventListener("wheel", (event) => this.onWheel(event), { passive: false });
    // Else the page takes a pinch.
    canvas.addEventListener("touchstart", (event) => { if (event.touches.length > 1) event.preventDefault(); }, {
      passive: false,
    });
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { player } = this;
    const isButton = event.composedPath()[0] instanceof HTMLButtonElement;
    /** @type {Record<string, false | (() => void)>} */
    const acts = {
      " ": !isButton && (() => player.toggle()),
      ArrowLeft: () => player.step(player.frame - 1),
      ArrowRight: () => player.step(player.frame + 1),
      Home: () => player.step(0),
      End: () => player.step(player.frames - 1),
      Escape: () => player.resetViews(),
      ",": player.items > 0 && (() => player.pickNext(-1)),
      ".": player.items > 0 && (() => player.pickNext(1)),
      h: player.items > 0 && (() => player.pickNext(1, "hallucinated")),
      H: player.items > 0 && (() => player.pickNext(-1, "hallucinated")),
      s: player.items > 0 && (() => player.pickNext(1, "suspicious")),
      S: player.items > 0 && (() => player.pickNext(-1, "suspicious")),
    };
    const act = acts[event.key];
    if (!act) return;
    event.preventDefault();
    event.stopPropagation(); // the page has keys of its own
    act();
  }

  /**
   * The pixel of the canvas under the pointer.
   * @param {MouseEvent} event
   * @returns {[x: number, y: number]}
   */
  pixelOf(event) {
    const box = this.canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }

  /**
   * The place under the pointer, held inside the plot of a panel, or of the one under the pointer.
   * @param {MouseEvent} event
   * @param {number | null} panel
   * @returns {Place | null}
   */
  placeOf(event, panel = null) {
    const [x, y] = this.pixelOf(event);
    const index = panel ?? this.player.plots.findIndex((plot) => isInside(plot, x, y));
    if (index < 0) return null;
    const plot = this.player.plots[index];
    const px = clamp(x, plot.left, plot.left + plot.width);
    const py = clamp(y, plot.top, plot.top + plot.height);
    return { panel: index, px, py, x: plot.x.units(px), y: plot.y.units(py) };
  }

  /** @param {PointerEvent} event */
  onDown(event) {
    const touch = event.pointerType === "touch";
    if (touch) this.fingers.set(event.pointerId, this.pixelOf(event));
    const place = this.placeOf(event);
    if (this.fingers.size === 2 && place) this.startPinch(place.panel);
    if (this.pinch || !place || event.button !== 0) return;
    if (!touch) this.canvas.setPointerCapture(event.pointerId);
    const item = this.itemUnder(place);
    this.press = {
      from: place, to: place, start: [event.clientX, event.clientY], item, moved: false, scrubs: false, touch,
    };
    // A finger may be about to scroll the page, and a press on an item may be a click on it.
    if (this.panelAt(place).scrub && !touch && item === null) this.scrub(place);
  }

  /** @param {PointerEvent} event */
  onMove(event) {
    if (this.fingers.has(event.pointerId)) this.fingers.set(event.pointerId, this.pixelOf(event));
    if (this.pinch) { this.stretch(); return; }
    const { player, press } = this;
    const place = player.hover = this.placeOf(event, press?.from.panel);
    if (press && place) {
      press.to = place;
      press.moved ||= Math.hypot(event.clientX - press.start[0], event.clientY - press.start[1]) >= CLICK;
      if (this.panelAt(press.from).scrub) { if (press.moved || press.scrubs) this.scrub(place); }
      else if (!press.touch) this.drawSelection(press.from, place);
    } else if (place) this.suggest(place);
    player.draw();
  }

  /** @param {PointerEvent} event */
  onUp(event) {
    const { player, press } = this;
    this.onCancel(event);
    if (!press) return;
    const panel = this.panelAt(press.from);
    if (!press.moved && press.item !== null) player.pick(press.item);
    else if (panel.scrub && !press.scrubs) { this.scrub(press.to); player.reportSoon(); }
    if (panel.scrub || press.touch) return;
    const { x, y } = selectedBy(press, panel);
    if (x || y) player.zoom(press.from.panel, { x, y });
  }

  /**
   * The pointer has gone: what it was about to do is off, and a film that it moved has come to rest.
   * @param {PointerEvent} event
   */
  onCancel(event) {
    this.fingers.delete(event.pointerId);
    if (this.press?.scrubs) this.player.reportSoon();
    if (this.fingers.size < 2) this.pinch = null;
    this.press = null;
    this.selection.hidden = true;
  }

  /** @param {Place} place */
  panelAt(place) {
    return this.player.plots[place.panel].panel;
  }

  /**
   * The item that a click would pick. The line of a panel that is dragged comes first.
   * @param {Place} place
   */
  itemUnder(place) {
    const plot = this.player.plots[place.panel];
    const cursor = plot.panel.scrub && plot.panel.cursorUnits?.[this.player.frame];
    if (typeof cursor === "number" && Math.abs(plot.x.pixel(cursor) - place.px) <= HANDLE.reach) return null;
    return itemAt(plot, this.player.frame, place);
  }

  /**
   * What the pointer looks like, and the hint under the picture.
   * @param {Place} place
   */
  suggest(place) {
    const scrubs = this.panelAt(place).scrub;
    this.canvas.style.cursor = this.itemUnder(place) !== null ? "pointer" : scrubs ? "ew-resize" : "";
    this.bar.showHint(place.panel);
  }

  /**
   * To the frame whose cursor is nearest.
   * @param {Place} place
   */
  scrub(place) {
    const away = this.panelAt(place).cursorUnits?.map((at) => Math.abs(at - place.x)) ?? [];
    if (this.press) this.press.scrubs = true;
    this.player.pause();
    this.player.goTo(away.indexOf(Math.min(...away)));
  }

  /**
   * The box that a drag would zoom to.
   * @param {Place} from
   * @param {Place} to
   */
  drawSelection(from, to) {
    const plot = this.player.plots[from.panel];
    const { x, y } = selectedBy({ from, to }, plot.panel);
    const left = x ? Math.min(from.px, to.px) : plot.left;
    const top = y ? Math.min(from.py, to.py) : plot.top;
    const width = x ? Math.abs(to.px - from.px) : plot.width;
    const height = y ? Math.abs(to.py - from.py) : plot.height;
    this.selection.hidden = !x && !y;
    Object.assign(this.selection.style, {
      left: `${left}px`, top: `${top}px`, width: `${width}px`, height: `${height}px`,
    });
  }

  /** @param {WheelEvent} event */
  onWheel(event) {
    const { player } = this;
    const place = this.placeOf(event);
    if (!place || !(event.ctrlKey || event.metaKey || this.canvas.matches(":focus"))) return; // the page scrolls
    event.preventDefault();
    const factor = Math.exp(clamp(event.deltaY, -200, 200) * 0.002);
    const { x, y, panel } = player.plots[place.panel];
    player.zoom(place.panel, {
      x: stretched(x, place.x, place.x, factor),
      y: panel.equal ? stretched(y, place.y, place.y, factor) : null,
    });
  }

  /** @param {number} panel */
  startPinch(panel) {
    if (this.press?.scrubs) this.player.reportSoon();
    this.press = null;
    this.pinch = { panel, plot: this.player.plots[panel], ...this.twoFingers() };
  }

  /** @returns {Fingers} */
  twoFingers() {
    const [a, b] = [...this.fingers.values()];
    const apart = Math.max(20, Math.hypot(a[0] - b[0], a[1] - b[1]));
    return { middle: [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2], apart };
  }

  /** What lay between the fingers stays between them. */
  stretch() {
    if (!this.pinch) return;
    const { panel, plot, middle, apart } = this.pinch;
    const now = this.twoFingers();
    const [x, y] = [plot.x, plot.y].map((scale, i) => {
      return stretched(scale, scale.units(middle[i]), scale.units(now.middle[i]), apart / now.apart);
    });
    this.player.zoom(panel, { x, y: plot.panel.equal ? y : null });
  }
}
