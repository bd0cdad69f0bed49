// The player: one instance for each place on a page, kept while data and theme change.
// message.js, scale.js, colour.js, layers.js, picture.js and readout.js come before this file in one module.

const PLAYERS = new WeakMap(); // parentElement -> Player
const SPEEDS = [0.25, 0.5, 1, 2];
const STACK_BELOW = 640; // pixels of width
const AROUND = 325; // pixels of a window that the page needs above and below a film
const TALLEST = 2; // times the height asked for
const SMALLEST_VIEW = 1 / 300; // of an axis
const CALM_FRAMES_PER_SECOND = 4; // for those who ask for reduced motion
const ICONS = { play: "M5 3v14l12-7z", pause: "M5 3h3.6v14H5zM11.4 3H15v14h-3.6z" };

export default function render({ data, parentElement, setStateValue }) {
  const player = PLAYERS.get(parentElement) ?? new Player(parentElement.querySelector(".player"));
  PLAYERS.set(parentElement, player);
  player.setState = setStateValue;
  player.show(data);
  // An outdated run may clean up after a newer one has begun; only the newest may take the player down.
  const run = (player.runs += 1);
  return () => {
    if (player.runs !== run) return;
    player.destroy();
    PLAYERS.delete(parentElement);
  };
}

class Player {
  constructor(root) {
    const find = (selector) => root.querySelector(selector);
    this.root = root;
    this.parts = Object.fromEntries(
      ["stage", "canvas", "selection", "play", "back", "forward", "speed", "caption", "ends", "reset", "bar"]
        .map((name) => [name, find(`.${name}`) ?? find(name)]),
    );
    this.parts.slider = find("input");
    this.context = this.parts.canvas.getContext("2d");
    this.still = document.createElement("canvas").getContext("2d");
    Object.assign(this, { runs: 0, frame: 0, speed: 1, playing: false, clock: 0, request: 0, timer: 0 });
    Object.assign(this, { hover: null, drag: null, stale: true, readouts: [] });
    this.observer = new ResizeObserver(() => this.refresh());
    this.observer.observe(this.parts.stage);
    this.resized = () => this.refresh();
    addEventListener("resize", this.resized);
    this.listen();
    document.fonts.ready.then(() => this.refresh());
  }

  destroy() {
    cancelAnimationFrame(this.request);
    clearTimeout(this.timer);
    this.observer.disconnect();
    removeEventListener("resize", this.resized);
    this.film = null;
  }

  // ---- data ------------------------------------------------------------------------------------------------

  show(data) {
    if (data !== this.data) this.load(readMessage(data));
    this.data = data;
    this.theme = readTheme(this.root, this.film.palette);
    this.refresh();
  }

  // Data of the same shape keep the frame, the zoom and the play; others begin at `start`.
  load({ film, start, reports, height }) {
    const before = this.film;
    const frames = film.captions.length;
    const axes = (which) => JSON.stringify(which?.panels.map((panel) => [panel.x, panel.y]));
    if (axes(before) !== axes(film)) this.views = film.panels.map(wholeView);
    const moved = before?.captions.length !== frames || (this.start !== start && this.reported !== start);
    Object.assign(this, { film, start, reports, height, frames });
    this.fillBar();
    if (!moved) return;
    this.pause();
    this.frame = this.reported = clamp(start, 0, frames - 1);
  }

  fillBar() {
    const { film, parts } = this;
    const widest = [...film.captions].sort((a, b) => b.length - a.length)[0];
    parts.caption.querySelector(".widest").textContent = widest;
    parts.canvas.setAttribute("aria-label", film.alt);
    parts.slider.setAttribute("aria-label", film.slider);
    parts.slider.max = this.frames - 1;
    film.ends.forEach((text, i) => { parts.ends.children[i].textContent = text; });
    this.root.dataset.frames = this.frames;
    this.readouts.forEach((readout) => readout.remove());
    this.readouts = film.panels.map(() => {
      return parts.stage.appendChild(Object.assign(document.createElement("div"), { className: "readout", hidden: true }));
    });
    this.setSpeed(this.speed);
  }

  // ---- drawing ---------------------------------------------------------------------------------------------

  // Size, view, data or theme changed: everything is drawn anew.
  refresh() {
    this.stale = true;
    this.draw();
  }

  draw() {
    if (!this.film || this.root.clientWidth === 0) return; // nothing to show yet, or nowhere to show it
    if (this.stale) this.drawBackground();
    const { canvas } = this.parts;
    const { context, plots, theme, frame } = this;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, canvas.width, canvas.height);
    context.drawImage(this.still.canvas, 0, 0);
    context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
    for (const plot of plots) drawMoving(context, plot, frame, theme);
    this.drawHover();
    this.updateBar();
  }

  drawBackground() {
    const { stage, canvas, bar } = this.parts;
    const stacked = this.root.clientWidth < STACK_BELOW && this.film.panels.length > 1;
    const panelHeight = this.height - bar.offsetHeight;
    const shown = stacked ? this.film.panels.length * Math.max(220, 0.75 * panelHeight) : panelHeight;
    // Streamlit keeps `height` free; stacked panels need more, and a tall window has more to give.
    const place = this.root.getRootNode().host?.closest(".stElementContainer");
    const roomy = Math.min(innerHeight - AROUND, TALLEST * this.height);
    const wanted = stacked ? shown + bar.offsetHeight : roomy;
    const size = wanted > this.height ? `${Math.round(wanted)}px` : "";
    if (place) Object.assign(place.style, { height: size, flexBasis: size });
    const [width, height] = [stage.clientWidth, stage.clientHeight];
    for (const each of [canvas, this.still.canvas]) {
      each.width = Math.round(width * devicePixelRatio);
      each.height = Math.round(height * devicePixelRatio);
    }
    this.still.scale(devicePixelRatio, devicePixelRatio);
    this.plots = layOut(this.film, this.views, width, height, stacked, this.still, this.theme);
    drawStill(this.still, this.plots, this.theme);
    this.stale = false;
  }

  updateBar() {
    const { slider, caption } = this.parts;
    const text = this.film.captions[this.frame];
    slider.value = this.frame;
    slider.setAttribute("aria-valuetext", text);
    slider.style.setProperty("--done", `${(100 * this.frame) / Math.max(1, this.frames - 1)}%`);
    caption.querySelector(".now").textContent = text;
    this.root.dataset.frame = this.frame;
  }

  drawHover() {
    this.plots.forEach((plot, i) => {
      const readout = this.readouts[i];
      const at = this.hover && this.hoverOn(i);
      readout.hidden = !at;
      if (!at) return;
      drawCross(this.context, plot, at, this.theme);
      this.fillReadout(readout, plot, at);
    });
  }

  // Where the pointer is, seen on panel i: the same x, and the same y if the panels have the same axes.
  hoverOn(i) {
    const { panel, x, y } = this.hover;
    const [own, other] = [this.film.panels[panel], this.film.panels[i]];
    if (i === panel) return { x, y, hasY: true };
    if (!this.film.shared_x || !sameAxis(own.x, other.x)) return null;
    return { x, y, hasY: sameAxis(own.y, other.y) && !other.layers.every((layer) => layer.kind === "Lines") };
  }

  fillReadout(readout, plot, at) {
    const rows = readPanel(plot, this.frame, at, at.hasY).map(({ name, text, role }) => {
      const row = document.createElement("div");
      const value = Object.assign(document.createElement("b"), { textContent: text });
      row.style.color = this.theme.roles[role];
      row.append(`${name} `, value);
      return row;
    });
    readout.replaceChildren(...rows);
    const x = plot.x.pixel(at.x);
    const left = x + 10 + readout.offsetWidth > plot.left + plot.width ? x - 10 - readout.offsetWidth : x + 10;
    readout.style.left = `${Math.max(0, left)}px`;
    readout.style.top = `${plot.top + 8}px`;
  }

  // ---- playing ---------------------------------------------------------------------------------------------

  play() {
    if (this.frame === this.frames - 1) this.frame = 0; // again from the beginning
    this.setPlaying(true);
    this.clock = this.frame;
    let last = performance.now();
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
    return matchMedia("(prefers-reduced-motion: reduce)").matches ? Math.min(asked, CALM_FRAMES_PER_SECOND) : asked;
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

  setPlaying(playing) {
    this.playing = playing;
    this.root.dataset.playing = playing;
    this.parts.play.setAttribute("aria-label", playing ? "Pause" : "Play");
    this.parts.play.querySelector("path").setAttribute("d", playing ? ICONS.pause : ICONS.play);
  }

  setSpeed(speed) {
    this.speed = speed;
    this.parts.speed.textContent = `${speed}×`;
    this.parts.speed.setAttribute("aria-label", `Speed ${speed}×`);
  }

  goTo(frame) {
    this.frame = clamp(frame, 0, this.frames - 1);
    this.draw();
  }

  step(frame) {
    this.pause();
    this.goTo(frame);
    this.reportSoon();
  }

  // Python hears where the film came to rest, once the hand has left it, and never while it moves.
  reportSoon() {
    clearTimeout(this.timer);
    if (!this.reports) return;
    this.timer = setTimeout(() => {
      if (this.playing || this.frame === this.reported) return;
      this.reported = this.frame;
      this.setState("frame", this.frame);
    }, 200);
  }

  // ---- hands -----------------------------------------------------------------------------------------------

  listen() {
    const { root, parts } = this;
    parts.play.onclick = () => this.toggle();
    parts.back.onclick = () => this.step(this.frame - 1);
    parts.forward.onclick = () => this.step(this.frame + 1);
    parts.speed.onclick = () => this.setSpeed(SPEEDS[(SPEEDS.indexOf(this.speed) + 1) % SPEEDS.length]);
    parts.slider.oninput = () => { this.pause(); this.goTo(Number(parts.slider.value)); };
    parts.slider.onchange = () => this.reportSoon();
    parts.reset.onclick = () => this.resetView();
    root.onkeydown = (event) => this.onKey(event);
    parts.canvas.onpointerdown = (event) => this.onDown(event);
    parts.canvas.onpointermove = (event) => this.onMove(event);
    parts.canvas.onpointerup = () => this.onUp();
    parts.canvas.onpointercancel = () => this.onUp();
    parts.canvas.onpointerleave = () => { this.hover = null; this.draw(); };
    parts.canvas.ondblclick = () => this.resetView();
    parts.canvas.addEventListener("wheel", (event) => this.onWheel(event), { passive: false });
  }

  onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const on = event.composedPath()[0];
    const isButton = on.tagName === "BUTTON";
    const acts = {
      " ": !isButton && (() => this.toggle()),
      ArrowLeft: () => this.step(this.frame - 1),
      ArrowRight: () => this.step(this.frame + 1),
      Home: () => this.step(0),
      End: () => this.step(this.frames - 1),
      Escape: () => this.resetView(),
    };
    const act = acts[event.key];
    if (!act) return;
    event.preventDefault();
    event.stopPropagation(); // the page has keys of its own
    act();
  }

  // The panel under the pointer and the place in its axis units, held inside the plot.
  placeOf(event, panel = null) {
    const box = this.parts.canvas.getBoundingClientRect();
    const [px, py] = [event.clientX - box.left, event.clientY - box.top];
    const inside = ({ left, top, width, height }) => px >= left && px <= left + width && py >= top && py <= top + height;
    const index = panel ?? this.plots.findIndex(inside);
    if (index < 0) return null;
    const { left, top, width, height, x, y } = this.plots[index];
    const at = [clamp(px, left, left + width), clamp(py, top, top + height)];
    return { panel: index, px: at[0], py: at[1], x: x.units(at[0]), y: y.units(at[1]) };
  }

  onDown(event) {
    const place = this.placeOf(event);
    if (!place || event.button !== 0 || event.pointerType === "touch") return;
    this.parts.canvas.setPointerCapture(event.pointerId);
    this.drag = { from: place, to: place };
  }

  onMove(event) {
    this.hover = this.placeOf(event, this.drag?.from.panel);
    if (this.drag) {
      this.drag.to = this.hover;
      this.drawSelection();
    }
    this.draw();
  }

  onUp() {
    const drag = this.drag;
    this.drag = null;
    this.parts.selection.hidden = true;
    if (!drag) return;
    const { x, y } = this.selected(drag);
    if (x || y) this.zoom(drag.from.panel, { x, y });
  }

  // A flat drag selects x, a steep one y, any other a box; a panel of equal aspect always takes a box.
  selected({ from, to }) {
    const [across, up] = [Math.abs(to.px - from.px), Math.abs(to.py - from.py)];
    if (Math.max(across, up) < 8) return {};
    const { equal } = this.film.panels[from.panel];
    return {
      x: equal || across > 16 || across > up ? [from.x, to.x].sort((a, b) => a - b) : null,
      y: equal || up > 24 || up > across ? [from.y, to.y].sort((a, b) => a - b) : null,
    };
  }

  drawSelection() {
    const { selection } = this.parts;
    const { from, to } = this.drag;
    const plot = this.plots[from.panel];
    const { x, y } = this.selected(this.drag);
    const box = {
      left: x ? Math.min(from.px, to.px) : plot.left,
      top: y ? Math.min(from.py, to.py) : plot.top,
      width: x ? Math.abs(to.px - from.px) : plot.width,
      height: y ? Math.abs(to.py - from.py) : plot.height,
    };
    selection.hidden = !x && !y;
    for (const [side, value] of Object.entries(box)) selection.style[side] = `${value}px`;
  }

  onWheel(event) {
    const focused = this.parts.canvas.matches(":focus");
    const place = this.placeOf(event);
    if (!place || !(event.ctrlKey || event.metaKey || focused)) return; // the page scrolls
    event.preventDefault();
    const factor = Math.exp(clamp(event.deltaY, -200, 200) * 0.002);
    const around = ([low, high], at) => [at + (low - at) * factor, at + (high - at) * factor];
    const view = this.views[place.panel];
    const equal = this.film.panels[place.panel].equal;
    this.zoom(place.panel, { x: around(view.x, place.x), y: equal ? around(view.y, place.y) : null });
  }

  // Zoom one panel, and every panel with the same axis along with it: truth and model keep one lens.
  zoom(panel, wanted) {
    const own = this.film.panels[panel];
    if (own.equal) wanted = sameProportions(wanted, own);
    this.film.panels.forEach((other, i) => {
      for (const name of ["x", "y"]) {
        const together = i === panel || (this.film.shared_x && sameAxis(own[name], other[name]));
        if (together && wanted[name]) this.views[i][name] = keepInside(wanted[name], other[name]);
      }
    });
    this.afterZoom();
  }

  resetView() {
    this.views = this.film.panels.map(wholeView);
    this.afterZoom();
  }

  afterZoom() {
    const whole = JSON.stringify(this.views) === JSON.stringify(this.film.panels.map(wholeView));
    this.parts.reset.hidden = whole;
    this.hover = null; // until the pointer moves it reads nothing
    this.refresh();
  }
}

function wholeView(panel) {
  return { x: [panel.x.start, panel.x.end], y: [panel.y.start, panel.y.end] };
}

// The view widened to the proportions of the panel's whole, so that equal aspect fills the plot.
function sameProportions({ x, y }, panel) {
  const [across, up] = [panel.x.end - panel.x.start, panel.y.end - panel.y.start];
  const share = Math.max((x[1] - x[0]) / across, (y[1] - y[0]) / up);
  const around = ([low, high], size) => [(low + high - share * size) / 2, (low + high + share * size) / 2];
  return { x: around(x, across), y: around(y, up) };
}

// A view neither smaller than can be read nor outside its axis.
function keepInside([low, high], axis) {
  const whole = axis.end - axis.start;
  const span = clamp(high - low, whole * SMALLEST_VIEW, whole);
  if (span >= whole * 0.999) return [axis.start, axis.end];
  const first = clamp((low + high - span) / 2, axis.start, axis.end - span);
  return [first, first + span];
}
