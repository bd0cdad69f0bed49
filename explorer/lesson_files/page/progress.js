// How far the reader is: the place, what was answered, which steps are done. Kept in the browser where it allows that.

/** @typedef {{ place: string, answers: Record<string, number>, done: Record<string, boolean> }} Kept */

export class Progress {
  /** @param {string} key  names this lesson with these questions in the browser's store */
  constructor(key) {
    this.key = key;
    this.keeps = true; // whether the browser does
    this.kept = this.read() ?? nothingKept();
    if (this.keeps) this.write();
  }

  get begun() {
    return this.kept.place !== "start" || Object.keys(this.kept.answers).length > 0;
  }

  /**
   * The number of the option that was chosen for a question; null for none.
   * @param {string} question
   * @returns {number | null}
   */
  answer(question) {
    return this.kept.answers[question] ?? null;
  }

  /**
   * @param {string} question
   * @param {number} option
   */
  keepAnswer(question, option) {
    this.kept.answers[question] = option;
    this.write();
  }

  /** @param {string} place */
  keepPlace(place) {
    this.kept.place = place;
    this.write();
  }

  /** @param {string} place */
  keepDone(place) {
    this.kept.done[place] = true;
    this.write();
  }

  /** @param {string} place */
  isDone(place) {
    return this.kept.done[place] === true;
  }

  forget() {
    this.kept = nothingKept();
    this.write();
  }

  /** @returns {Kept | null} */
  read() {
    try {
      const kept = JSON.parse(localStorage.getItem(this.key) ?? "null");
      return kept && typeof kept.place === "string" && kept.answers && kept.done ? kept : null;
    } catch {
      return null;
    }
  }

  write() {
    try {
      localStorage.setItem(this.key, JSON.stringify(this.kept));
    } catch {
      this.keeps = false; // a frame without rights, or a browser that refuses files from disk
    }
  }
}

/** @returns {Kept} */
function nothingKept() {
  return { place: "start", answers: {}, done: {} };
}
