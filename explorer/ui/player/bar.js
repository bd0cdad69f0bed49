// What lies under the picture: the readings of the frame, and the bar with its buttons, slider and caption.

const ICONS = { play: "M5 3v14l12-7z", pause: "M5 3h3.6v14H5zM11.4 3H15v14h-3.6z" };
const READING_GAP = 14; // pixels between two readings
const PARTS = ["play", "back", "forward", "speed", "caption", "ends", "hint", "reset", "bar", "readings"];

class Bar {
  constructor(root) {
    this.root = root;
    for (const name of PARTS) this[name] = root.querySelector(`.${name}`);
    this.slider = root.querySelector("input");
  }

  get height() {
    return this.bar.offsetHeight + this.readings.offsetHeight;
  }

  fill(film) {
    this.film = film;
    const widest = [...film.captions].sort((a, b) => b.length - a.length)[0];
    this.caption.querySelector(".widest").textContent = widest;
    this.slider.setAttribute("aria-label", film.slider);
    this.slider.max = film.captions.length - 1;
    film.ends.forEach((text, i) => { this.ends.children[i].textContent = text; });
    this.root.dataset.frames = film.captions.length;
    this.hints = film.panels.map(hintOf);
    this.hint.replaceChildren(...[...new Set(this.hints)].map((text) => part("span", "", text)));
    this.readings.hidden = film.readings.length === 0;
    this.readings.replaceChildren(...film.readings.map(({ name }) => {
      const value = part("span", "value");
      value.append(part("span", "widest"), part("span", "shown"));
      value.firstChild.setAttribute("aria-hidden", "true");
      const reading = part("div", "reading");
      reading.append(part("span", "name", name), value, part("span", "note"));
      return reading;
    }));
  }

  // Colours and equal columns for the readings, each as wide as the widest text that will ever stand in one.
  fit(theme, width) {
    const { readings } = this.film;
    if (readings.length === 0) return;
    const [name, value, note] = [".name", ".value", ".note"].map((of) => measurer(this.readings.querySelector(of)));
    let widest = 0;
    readings.forEach((reading, i) => {
      const [label, box, under] = this.readings.children[i].children;
      const text = reading.texts.reduce((a, b) => (value(b) > value(a) ? b : a));
      const words = reading.name.split(" ").map(name);
      widest = Math.max(widest, value(text), ...words, ...reading.notes.map(note));
      label.style.color = under.style.color = theme.ink.neutral;
      under.hidden = reading.notes.length === 0;
      box.style.color = theme.ink[reading.colour];
      box.firstChild.textContent = text;
    });
    const most = Math.max(1, Math.floor((width + READING_GAP) / (Math.ceil(widest) + READING_GAP)));
    const rows = Math.ceil(readings.length / most);
    this.readings.style.setProperty("--columns", Math.ceil(readings.length / rows));
    this.readings.style.setProperty("--gap", `${READING_GAP}px`);
  }

  show(frame) {
    const { captions, readings } = this.film;
    const text = captions[frame];
    this.slider.value = frame;
    this.slider.setAttribute("aria-valuetext", text);
    this.slider.style.setProperty("--done", `${(100 * frame) / Math.max(1, captions.length - 1)}%`);
    this.caption.querySelector(".now").textContent = text;
    this.root.dataset.frame = frame;
    readings.forEach((reading, i) => {
      const place = this.readings.children[i];
      for (const [of, texts] of [[".shown", reading.texts], [".note", reading.notes]]) {
        const shown = place.querySelector(of);
        if (texts.length > 0 && shown.textContent !== texts[frame]) shown.textContent = texts[frame];
      }
    });
  }

  showPlaying(playing) {
    this.root.dataset.playing = playing;
    this.play.setAttribute("aria-label", playing ? "Pause" : "Play");
    this.play.querySelector(".icon").setAttribute("d", playing ? ICONS.pause : ICONS.play);
  }

  showSpeed(speed) {
    this.speed.textContent = `${speed}×`;
    this.speed.setAttribute("aria-label", `Speed ${speed}×`);
  }

  // What a hand can do in one panel. All hints lie in one place, so that nothing moves when they change.
  showHint(panel) {
    for (const hint of this.hint.children) hint.classList.toggle("on", hint.textContent === this.hints[panel]);
  }
}

function hintOf({ scrub, layers }) {
  const picks = layers.some((layer) => layer.pick);
  if (scrub) return picks ? "drag to move the line, click to pick" : "drag to move the line";
  return picks ? "click to pick, drag to zoom" : "drag to zoom, or Ctrl and scroll";
}

function part(tag, className, textContent = "") {
  return Object.assign(document.createElement(tag), { className, textContent });
}

// Pixels that a text takes in an element; digits are all as wide as 0, as tabular ones are.
function measurer(element) {
  const context = document.createElement("canvas").getContext("2d");
  const { fontWeight, fontSize, fontFamily } = getComputedStyle(element);
  context.font = `${fontWeight} ${fontSize} ${fontFamily}`;
  return (text) => context.measureText(text.replace(/\d/g, "0")).width;
}
