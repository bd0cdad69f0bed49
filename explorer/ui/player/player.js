// The player: one instance for each place on a page, kept while data and theme change.
// The other files of this folder come before this one in one module, in the order of __init__.py.

const PLAYERS = new WeakMap(); // parentElement -> Player
const STACK_BELOW = 520; // pixels of width
const AROUND = 325; // pixels of a window that the page needs above and below a film, unless it says otherwise
const USUAL = 400; // pixels of height that fit into what is left of a small window
const TALLEST = 2; // times the height asked for
const CALM_FRAMES_PER_SECOND = 4; // for those who ask for reduced motion
const REST = { frame: 200, picked: 250 }; // milliseconds without a change after which Python hears of one

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
    Object.assign(this, { root, stage: root.querySelector(".stage"), canvas: root.querySelector("canvas") });
    this.bar = new Bar(root);
    this.context = this.canvas.getContext("2d");
    this.still = document.createElement("canvas").getContext("2d");
    Object.assign(this, { runs: 0, frame: 0, speed: 1, playing: false, clock: 0, request: 0, timers: {} });
    Object.assign(this, { hover: null, picked: null, reported: { picked: null }, stale: true, readouts: [] });
    this.observer = new ResizeObserver(() => this.refresh());
    this.observer.observe(this.stage);
    this.resized = () => this.refresh();
    addEventListener("resize", this.resized);
    this.hands = new Hands(this);
    document.fonts.ready.then(() => this.refresh());
  }

  destroy() {
    cancelAnimationFrame(this.request);
    Object.values(this.timers).forEach(clearTimeout);
    this.observer.disconnect();
    removeEventListener("resize", this.resized);
    this.film = null;
  }

  // ---- data ------------------------------------------------------------------------------------------------

  show(data) {
    if (data !== this.data) this.load(readMessage(data));
    this.data = data;
    this.theme = readTheme(this.root, this.film);
    this.refresh();
    if (this.begins) this.play();
    this.begins = false;
  }

  // Data of the same shape keep the frame, the zoom and the play; others begin at `start`.
  load({ film, start, edition, reports, height, picked, play }) {
    const before = this.film;
    const frames = film.captions.length;
    const axes = (which) => JSON.stringify(which?.panels.map((panel) => [panel.x, panel.y]));
    if (axes(before) !== axes(film)) this.views = wholeViews(film);
    const asked = this.edition !== edition || (this.start !== start && this.reported.frame !== start);
    const moved = asked || before?.captions.length !== frames;
    const repicked = this.asked !== picked && this.reported.picked !== picked; // not the echo of a click
    Object.assign(this, { film, start, edition, reports, height, frames, asked: picked });
    this.items = Math.max(...film.panels.flatMap(({ layers }) => layers.map(itemCount)), 0);
    this.fill();
    if (repicked) {
      clearTimeout(this.timers.picked);
      this.picked = this.reported.picked = picked;
    }
    if (!moved) return;
    this.pause();
    this.frame = this.reported.frame = clamp(start, 0, frames - 1);
    this.begins = play && !before && !calm();
  }

  fill() {
    const { film, canvas, stage } = this;
    this.bar.fill(film);
    this.bar.showHint(0);
    this.bar.showSpeed(this.speed);
    canvas.setAttribute("aria-label", film.alt);
    if (this.items > 0) canvas.setAttribute("aria-keyshortcuts", ", .");
    else canvas.removeAttribute("aria-keyshortcuts");
    this.readouts.forEach((readout) => readout.remove());
    this.readouts = film.panels.map(() => stage.appendChild(Object.assign(part("div", "readout"), { hidden: true })));
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
    const { canvas, context, plots, theme, frame, picked } = this;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, canvas.width, canvas.height);
    context.drawImage(this.still.canvas, 0, 0);
    context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
    for (const plot of plots) drawMoving(context, plot, frame, picked, theme);
    this.drawHover();
    this.bar.show(frame);
    this.root.dataset.picked = picked ?? "";
  }

  drawBackground() {
    const { film, stage, canvas, bar, theme } = this;
    bar.fit(theme, this.root.clientWidth);
    const stacked = this.root.clientWidth < STACK_BELOW && film.panels.length > 1;
    const shown = film.panels.length * Math.max(220, 0.75 * (this.height - bar.bar.offsetHeight)); // if stacked
    // Streamlit keeps `height` free; stacked panels need more, and a tall window has more to give.
    const place = this.root.getRootNode().host?.closest(".stElementContainer");
    const around = parseFloat(getComputedStyle(this.root).getPropertyValue("--explorer-around")) || AROUND;
    const roomy = this.height * clamp((innerHeight - around) / USUAL, 1, TALLEST); // players side by side keep pace
    const wanted = stacked ? shown + bar.height : roomy;
    const size = wanted > this.height ? `${Math.round(wanted)}px` : "";
    if (place) Object.assign(place.style, { height: size, flexBasis: size });
    const [width, height] = [stage.clientWidth, stage.clientHeight];
    for (const each of [canvas, this.still.canvas]) {
      each.width = Math.round(width * devicePixelRatio);
      each.height = Math.round(height * devicePixelRatio);
    }
    this.still.scale(devicePixelRatio, devicePixelRatio);
    this.plots = layOut(film, this.views, width, height, stacked, this.still, theme);
    drawStill(this.still, this.plots, theme);
    this.stale = false;
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

  // Where the pointer is, seen on panel i, unless its axes mean nothing: the same x, and the same y if the panels have the same axes.
  hoverOn(i) {
    const { panel, x, y } = this.hover;
    const [own, other] = [this.film.panels[panel], this.film.panels[i]];
    const seen = { x: snap(x, other.x), y: snap(y, other.y), pointer: { x, y } };
    if (isGallery(other)) return null;
    if (i === panel) return { ...seen, hasY: true };
    if (!this.film.shared_x || !sameAxis(own.x, other.x)) return null;
    return { ...seen, hasY: sameAxis(own.y, other.y) && !other.layers.every((layer) => layer.kind === "Lines") };
  }

  fillReadout(readout, plot, at) {
    const rows = readPanel(plot, this.frame, at).map(({ name, text, role }) => {
      const row = part("div", "");
      row.style.color = this.theme.roles[role];
      row.append(`${name} `, part("b", "", text));
      return row;
    });
    readout.replaceChildren(...rows);
    const x = plot.x.pixel(at.x);
    const left = x + 10 + readout.offsetWidth > plot.left + plot.width ? x - 10 - readout.offsetWidth : x + 10;
    readout.style.left = `${Math.max(0, left)}px`;
    readout.style.top = `${plot.top + 8}px`;
  }

  zoom(panel, wanted) {
    this.setViews(zoomed(this.views, this.film, panel, wanted));
  }

  resetViews() {
    this.setViews(wholeViews(this.film));
  }

  setViews(views) {
    this.views = views;
    this.bar.reset.hidden = isWhole(views, this.film);
    this.hover = null; // until the pointer moves it reads nothing
    this.refresh();
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
    return calm() ? Math.min(asked, CALM_FRAMES_PER_SECOND) : asked;
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
    this.bar.showPlaying(playing);
  }

  setSpeed(speed) {
    this.speed = speed;
    this.bar.showSpeed(speed);
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

  // Single one item out in every layer that may be picked.
  pick(number, rest = 0) {
    this.picked = number;
    this.draw();
    this.report("picked", rest);
  }

  pickNext(step) {
    this.pick(this.picked === null ? 0 : (this.picked + step + this.items) % this.items, REST.picked);
  }

  // ---- telling Python --------------------------------------------------------------------------------------

  // Python hears where the film came to rest, once the hand has left it, and never while it moves.
  reportSoon() {
    this.report("frame", REST.frame);
  }

  report(name, rest) {
    clearTimeout(this.timers[name]);
    if (!this.reports[name]) return;
    this.timers[name] = setTimeout(() => {
      if ((name === "frame" && this.playing) || this[name] === this.reported[name]) return;
      this.reported[name] = this[name];
      this.setState(name, this[name]);
    }, rest);
  }
}

function calm() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}

// Pictures, whose axes have no ticks: there is nothing to read off.
function isGallery(panel) {
  return panel.x.ticks?.length === 0 && panel.y.ticks?.length === 0;
}
