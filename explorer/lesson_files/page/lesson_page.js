// The page of a lesson: its places one after the other, the start, the quiz, the steps, the quiz again, the end.

import { find } from "../../figures/player/page.js";
import { inWords, PLAYER_WORDS } from "../../figures/player/words.js";
import { Look } from "./look.js";
import { Progress } from "./progress.js";
import { chosenOf, mark, optionsOf, questionAsked, questionsIn, showReason } from "./questions.js";
import { StepPlace } from "./step_place.js";

/** @import { StepData } from "./step_place.js" */

/**
 * What the file says of the lesson. quiz: the option that is right, for each question.
 * @typedef {{
 *   key: string, steps: StepData[], quiz: number[], vega: number, words: Record<string, string>,
 *   player: Record<string, string>,
 * }} LessonData
 */

/** Bring the page to life. */
export default function start() {
  new LessonPage(JSON.parse(find(document, "#lesson", HTMLScriptElement).textContent ?? ""));
}

class LessonPage {
  /** @param {LessonData} data */
  constructor(data) {
    this.data = data;
    Object.assign(PLAYER_WORDS, data.player);
    this.progress = new Progress(data.key);
    this.look = new Look(() => this.showLook());
    this.sections = new Map([...document.querySelectorAll(".place")].map((section) => {
      const place = /** @type {HTMLElement} */ (section);
      return [place.dataset.place ?? "", place];
    }));
    this.steps = data.steps.map((step, number) => {
      const section = /** @type {HTMLElement} */ (this.sections.get(String(number)));
      return new StepPlace(section, step, data.vega, data.words, () => this.keepDone(String(number)));
    });
    this.place = "start";
    this.listen();
    this.fill();
    this.showLook();
    const asked = location.hash.slice(1);
    this.show(this.sections.has(asked) ? asked : "start", false);
  }

  /** The places in their order. */
  get order() {
    return [...this.sections.keys()];
  }

  listen() {
    document.addEventListener("click", (event) => this.onClick(event));
    document.addEventListener("change", (event) => this.onChange(event));
    document.addEventListener("keydown", (event) => this.onKey(event));
    addEventListener("hashchange", () => {
      const asked = location.hash.slice(1);
      if (this.sections.has(asked) && asked !== this.place) this.show(asked);
    });
    for (const pop of document.querySelectorAll("[popover]")) {
      pop.addEventListener("toggle", () => { if (pop.matches(":popover-open")) placeUnder(pop); });
    }
    addEventListener("scroll", () => closePops(), { passive: true });
  }

  /** Everything that was answered, in its place. */
  fill() {
    for (const question of questionsIn(document)) mark(question, this.progress.answer(question.dataset.question ?? ""));
    const kept = find(document, ".kept", HTMLElement);
    kept.textContent = this.progress.keeps ? this.data.words.kept : this.data.words.not_kept;
    for (const name of [".resume", ".sheet .quiet.again"]) {
      find(document, name, HTMLElement).hidden = !this.progress.begun || this.progress.kept.place === "start";
    }
    this.showAnswered();
  }

  /**
   * Turn to a place.
   * @param {string} place
   * @param {boolean} [focus]  whether its title gets the focus
   */
  show(place, focus = true) {
    const left = this.stepAt(this.place);
    if (place !== this.place) left?.leave();
    this.place = place;
    for (const [name, section] of this.sections) section.hidden = name !== place;
    if (place !== "start") this.progress.keepPlace(place);
    else this.fill();
    if (location.hash.slice(1) !== place) setHash(place);
    for (const dot of document.querySelectorAll(".dots button")) {
      if (dot instanceof HTMLElement && dot.dataset.go === place) dot.setAttribute("aria-current", "step");
      else dot.removeAttribute("aria-current");
    }
    closePops();
    const section = /** @type {HTMLElement} */ (this.sections.get(place));
    scrollTo(0, 0);
    section.querySelector(".card")?.scrollTo(0, 0);
    if (focus) find(section, "h1, h2", HTMLElement).focus({ preventScroll: true });
    const step = this.stepAt(place);
    step?.show(this.progress.answer(`step-${place}`), this.progress.isDone(place), this.look.mode, this.look.large);
    if (place === "end") this.tellQuiz();
  }

  /** @param {string} place */
  stepAt(place) {
    return /^\d+$/.test(place) ? this.steps[Number(place)] : undefined;
  }

  /** @param {number} by */
  move(by) {
    const order = this.order;
    const next = order[order.indexOf(this.place) + by];
    if (next !== undefined) this.show(next);
  }

  /** @param {MouseEvent} event */
  onClick(event) {
    const pressed = event.target instanceof Element ? event.target.closest("button, a") : null;
    if (!(pressed instanceof HTMLElement)) return;
    if (pressed.dataset.go !== undefined) {
      event.preventDefault();
      this.show(pressed.dataset.go);
      const at = pressed.getAttribute("href");
      if (at) { const app = find(document, at, HTMLElement); app.scrollIntoView(); app.focus(); }
    } else if (pressed.dataset.move !== undefined) this.move(Number(pressed.dataset.move));
    else if (pressed.matches(".resume")) this.show(this.progress.kept.place);
    else if (pressed.matches(".again")) this.startAgain();
    else if (pressed.matches(".theme")) this.look.turn();
    else if (pressed.matches(".projector")) this.look.enlarge();
  }

  /** @param {Event} event */
  onChange(event) {
    const question = event.target instanceof Element ? event.target.closest("fieldset") : null;
    const chosen = question ? chosenOf(question) : null;
    if (!question || chosen === null) return;
    this.progress.keepAnswer(question.dataset.question ?? "", chosen);
    this.showAnswered();
    this.stepAt(this.place)?.answer(chosen, this.look.mode, this.look.large);
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const target = event.composedPath()[0];
    const isRadio = target instanceof HTMLInputElement;
    /** @type {Record<string, false | (() => void)>} */
    const acts = {
      n: () => this.move(1),
      b: () => this.move(-1),
      p: () => this.look.enlarge(),
      arrowright: !isRadio && (() => this.move(1)),
      arrowleft: !isRadio && (() => this.move(-1)),
    };
    const act = acts[event.key.toLowerCase()] || (/^[1-9]$/.test(event.key) && (() => this.choose(Number(event.key) - 1)));
    if (!act) return;
    event.preventDefault();
    act();
  }

  /**
   * Choose an option of the question on screen, as a click does.
   * @param {number} number
   */
  choose(number) {
    const section = /** @type {HTMLElement} */ (this.sections.get(this.place));
    const option = optionsOf(questionAsked(section) ?? document.createElement("fieldset"))[number];
    if (!option) return;
    option.click();
    option.closest("fieldset")?.scrollIntoView({ block: "nearest" });
  }

  /** @param {string} place */
  keepDone(place) {
    this.progress.keepDone(place);
    this.showAnswered();
  }

  /** The steps that have been answered, in the row of all. */
  showAnswered() {
    document.querySelectorAll(".dots button").forEach((dot, number) => {
      const answered = this.progress.answer(`step-${number}`) !== null || this.progress.isDone(String(number));
      dot.classList.toggle("answered", answered);
    });
  }

  startAgain() {
    this.progress.forget();
    for (const step of this.steps) step.forget();
    this.show("start");
  }

  showLook() {
    find(document, ".projector", HTMLElement).setAttribute("aria-pressed", String(this.look.large));
    this.stepAt(this.place)?.redraw(this.look.mode, this.look.large);
  }

  /** What the quiz came to, before and after. */
  tellQuiz() {
    const result = document.querySelector(".quiz-result");
    if (!(result instanceof HTMLElement)) return;
    const { quiz, words } = this.data;
    /** @type {(when: string) => (number | null)[]} */
    const given = (when) => quiz.map((_, number) => this.progress.answer(`${when}-${number}`));
    /** @type {(answers: (number | null)[]) => number} */
    const right = (answers) => answers.filter((answer, number) => answer === quiz[number]).length;
    const [before, after] = [given("before"), given("after")];
    result.hidden = after.every((answer) => answer === null);
    const asked = before.some((answer) => answer !== null);
    const values = { before: right(before), after: right(after), count: quiz.length };
    find(result, ".change", HTMLElement).innerHTML = inWords(asked ? words.change : words.after_only, values);
    result.querySelectorAll("li").forEach((line, number) => {
      const texts = [...document.querySelectorAll(`[data-question="after-${number}"] .option > span:last-child`)];
      /** @type {(answer: number | null) => string} */
      const said = (answer) => (answer === null ? words.not_answered : texts[answer]?.textContent ?? "");
      find(line, ".said-after", HTMLElement).textContent = inWords(words.you_said, { answer: said(after[number]) });
      const earlier = find(line, ".said-before", HTMLElement);
      earlier.hidden = before[number] === null || before[number] === after[number];
      earlier.textContent = inWords(words.you_said_before, { answer: said(before[number]) });
      showReason(line, after[number]);
    });
  }
}

/**
 * A popover under the button that opens it, inside the window.
 * @param {Element} pop
 */
function placeUnder(pop) {
  const button = document.querySelector(`[popovertarget="${pop.id}"]`);
  if (!(pop instanceof HTMLElement) || !button) return;
  const box = button.getBoundingClientRect();
  const below = box.bottom + 6 + pop.offsetHeight <= innerHeight;
  const top = below ? box.bottom + 6 : Math.max(8, box.top - 6 - pop.offsetHeight);
  pop.style.left = `${Math.max(8, Math.min(box.left, innerWidth - pop.offsetWidth - 8))}px`;
  pop.style.top = `${top}px`;
}

function closePops() {
  if (!("popover" in HTMLElement.prototype)) return; // an older browser, in which the words stand open
  for (const pop of document.querySelectorAll(":popover-open")) if (pop instanceof HTMLElement) pop.hidePopover();
}

/**
 * Say in the address where the reader is, so that the browser's way back leads through the steps. In a frame the way back
 * is that of the page around it, and a frame without rights may not say anything.
 * @param {string} place
 */
function setHash(place) {
  if (self === top) location.hash = place;
}
