// Hands: pointer, fingers, wheel and keyboard, and what each does to a player.

const CLICK = 5; // pixels within which a press that moves is still a click
const SPEEDS = [0.25, 0.5, 1, 2];

class Hands {
  constructor(player) {
    Object.assign(this, { player, root: player.root, canvas: player.canvas, bar: player.bar });
    this.selection = player.root.querySelector(".selection");
    this.press = null; // {from, to: places, start: [x, y], item, moved, scrubs, touch}
    this.pinch = null; // {panel, plot, middle, apart} as two fingers came down
    this.fingers = new Map(); // pointerId -> [x, y] on the canvas
    this.listen();
  }

  listen() {
    const { player, root, bar, canvas } = this;
    bar.play.onclick = () => player.toggle();
    bar.back.onclick = () => player.step(player.frame - 1);
    bar.forward.onclick = () => player.step(player.frame + 1);
    bar.speed.onclick = () => player.setSpeed(SPEEDS[(SPEEDS.indexOf(player.speed) + 1) % SPEEDS.length]);
    bar.slider.oninput = () => { player.pause(); player.goTo(Number(bar.slider.value)); };
    bar.slider.onchange = () => player.reportSoon();
    bar.reset.onclick = () => player.resetViews();
    root.onkeydown = (event) => this.onKey(event);
    canvas.onpointerdown = (event) => this.onDown(event);
    canvas.onpointermove = (event) => this.onMove(event);
    canvas.onpointerup = (event) => this.onUp(event);
    canvas.onpointercancel = (event) => this.onCancel(event);
    canvas.onpointerleave = () => { player.hover = null; player.draw(); };
    canvas.ondblclick = () => player.resetViews();
    canvas.addEventListener("wheel", (event) => this.onWheel(event), { passive: false });
    const keepPinch = (event) => { if (event.touches.length > 1) event.preventDefault(); }; // else the page takes it
    canvas.addEventListener("touchstart", keepPinch, { passive: false });
  }

  onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { player } = this;
    const isButton = event.composedPath()[0].tagName === "BUTTON";
    const acts = {
      " ": !isButton && (() => player.toggle()),
      ArrowLeft: () => player.step(player.frame - 1),
      ArrowRight: () => player.step(player.frame + 1),
      Home: () => player.step(0),
      End: () => player.step(player.frames - 1),
      Escape: () => player.resetViews(),
      ",": player.items > 0 && (() => player.pickNext(-1)),
      ".": player.items > 0 && (() => player.pickNext(1)),
    };
    const act = acts[event.key];
    if (!act) return;
    event.preventDefault();
    event.stopPropagation(); // the page has keys of its own
    act();
  }

  pixelOf(event) {
    const box = this.canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }

  // The panel under the pointer and the place in its axis units, held inside the plot.
  placeOf(event, panel = null) {
    const [px, py] = this.pixelOf(event);
    const index = panel ?? this.player.plots.findIndex((plot) => isInside(plot, px, py));
    if (index < 0) return null;
    const { left, top, width, height, x, y } = this.player.plots[index];
    const at = [clamp(px, left, left + width), clamp(py, top, top + height)];
    return { panel: index, px: at[0], py: at[1], x: x.units(at[0]), y: y.units(at[1]) };
  }

  onDown(event) {
    const touch = event.pointerType === "touch";
    if (touch) this.fingers.set(event.pointerId, this.pixelOf(event));
    const place = this.placeOf(event);
    if (this.fingers.size === 2 && place) this.startPinch(place.panel);
    if (this.pinch || !place || event.button !== 0) return;
    if (!touch) this.canvas.setPointerCapture(event.pointerId);
    const start = [event.clientX, event.clientY];
    this.press = { from: place, to: place, start, touch, moved: false, scrubs: false, item: this.itemUnder(place) };
    // A finger may be about to scroll the page, and a press on an item may be a click on it.
    if (this.panelAt(place).scrub && !touch && this.press.item === null) this.scrub(place);
  }

  onMove(event) {
    if (this.fingers.has(event.pointerId)) this.fingers.set(event.pointerId, this.pixelOf(event));
    if (this.pinch) { this.stretch(); return; }
    const { player, press } = this;
    player.hover = this.placeOf(event, press?.from.panel);
    if (press) {
      press.to = player.hover;
      press.moved ||= Math.hypot(event.clientX - press.start[0], event.clientY - press.start[1]) >= CLICK;
      if (this.panelAt(press.from).scrub) { if (press.moved || press.scrubs) this.scrub(press.to); }
      else if (!press.touch) this.drawSelection();
    } else if (player.hover) this.suggest(player.hover);
    player.draw();
  }

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

  // The hand has gone: what it was about to do is off, and a film that it moved has come to rest.
  onCancel(event) {
    this.fingers.delete(event.pointerId);
    if (this.press?.scrubs) this.player.reportSoon();
    if (this.fingers.size < 2) this.pinch = null;
    this.press = null;
    this.selection.hidden = true;
  }

  panelAt(place) {
    return this.player.film.panels[place.panel];
  }

  // The item that a click would pick. The line of a panel that is dragged comes first.
  itemUnder(place) {
    const plot = this.player.plots[place.panel];
    if (plot.panel.scrub) {
      const line = plot.x.pixel(plot.panel.cursorUnits[this.player.frame]);
      if (Math.abs(line - place.px) <= GRIP.reach) return null;
    }
    return itemAt(plot, this.player.frame, place);
  }

  // What the pointer looks like, and the hint under the picture.
  suggest(place) {
    const scrubs = this.panelAt(place).scrub;
    this.canvas.style.cursor = this.itemUnder(place) !== null ? "pointer" : scrubs ? "ew-resize" : "";
    this.bar.showHint(place.panel);
  }

  // To the frame whose cursor is nearest.
  scrub(place) {
    const away = this.panelAt(place).cursorUnits.map((at) => Math.abs(at - place.x));
    if (this.press) this.press.scrubs = true;
    this.player.pause();
    this.player.goTo(away.indexOf(Math.min(...away)));
  }

  drawSelection() {
    const { from, to } = this.press;
    const plot = this.player.plots[from.panel];
    const { x, y } = selectedBy(this.press, plot.panel);
    const box = {
      left: x ? Math.min(from.px, to.px) : plot.left,
      top: y ? Math.min(from.py, to.py) : plot.top,
      width: x ? Math.abs(to.px - from.px) : plot.width,
      height: y ? Math.abs(to.py - from.py) : plot.height,
    };
    this.selection.hidden = !x && !y;
    for (const [side, value] of Object.entries(box)) this.selection.style[side] = `${value}px`;
  }

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

  startPinch(panel) {
    if (this.press?.scrubs) this.player.reportSoon();
    this.press = null;
    this.pinch = { panel, plot: this.player.plots[panel], ...this.spread() };
  }

  spread() {
    const [a, b] = [...this.fingers.values()];
    const apart = Math.max(20, Math.hypot(a[0] - b[0], a[1] - b[1]));
    return { middle: [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2], apart };
  }

  // What lay between the fingers stays between them.
  stretch() {
    const { panel, plot, middle, apart } = this.pinch;
    const now = this.spread();
    const [x, y] = [plot.x, plot.y].map((scale, i) => {
      return stretched(scale, scale.units(middle[i]), scale.units(now.middle[i]), apart / now.apart);
    });
    this.player.zoom(panel, { x, y: plot.panel.equal ? y : null });
  }
}
