// What a person does to the pictures of a labelling, here before the server has written it down.

export const OPEN = -1;
export const TILES = 12; // of the grid

/**
 * One thing that was done: a label of the picture at a place, or an undo, which has neither.
 * @typedef {[place: number, label: number | null]} Mark
 */

/** The marks of a pass: those that the server has written, and behind them those that it has not. */
export class Marks {
  /** @param {number} n  pictures */
  constructor(n) {
    this.n = n;
    /** @type {Mark[]} */
    this.all = [];
    this.written = 0;
  }

  /**
   * Take over what the server has written. What was done since stays behind it; all of it goes where the server has
   * something else, as when the same person labels elsewhere. Returns whether it did.
   * @param {Mark[]} marks
   */
  take(marks) {
    const known = Math.min(marks.length, this.all.length);
    const same = marks.slice(0, known).every((mark, i) => String(mark) === String(this.all[i]));
    const forgotten = !same || marks.length < this.written;
    if (forgotten || marks.length > this.all.length) this.all = [...marks];
    this.written = marks.length;
    return forgotten;
  }

  /** What the server has to be told. */
  unwritten() {
    return { since: this.written, marks: this.all.slice(this.written) };
  }

  /** The label at each place, OPEN where there is none, and the labels that an undo would take back, in order. */
  replayed() {
    const labels = new Array(this.n).fill(OPEN);
    /** @type {[place: number, before: number][]} */
    const standing = [];
    for (const [place, label] of this.all) {
      if (label !== null) {
        standing.push([place, labels[place]]);
        labels[place] = label;
      } else {
        const last = standing.pop();
        if (last) labels[last[0]] = last[1];
      }
    }
    return { labels, standing };
  }

  /**
   * Label a place.
   * @param {number} place @param {number} label
   */
  label(place, label) {
    this.all.push([place, label]);
  }

  /** Take back the last label that stands; returns its place, null if none stands. */
  undo() {
    const last = this.replayed().standing.at(-1);
    if (!last) return null;
    this.all.push([-1, null]);
    return last[0];
  }
}

/**
 * The next place that is open: of a block of tiles first those behind, then those before; then those of the next
 * blocks, around the end. The place itself if all are labelled.
 * @param {number[]} labels  by place
 * @param {number} from
 * @param {number} block  how many are seen at once
 */
export function nextOpen(labels, from, block) {
  const begin = from - (from % block);
  const end = Math.min(begin + block, labels.length);
  const places = labels.map((_, place) => place);
  const order = [
    ...places.slice(from + 1, end), ...places.slice(begin, from + 1), ...places.slice(end), ...places.slice(0, begin),
  ];
  return order.find((place) => labels[place] === OPEN) ?? from;
}

/**
 * The place to which an arrow key goes among the tiles of a block; null for another key.
 * @param {string} key
 * @param {number} from
 * @param {number} columns
 * @param {number} n
 */
export function stepped(key, from, columns, n) {
  const steps = new Map([["ArrowRight", 1], ["ArrowLeft", -1], ["ArrowDown", columns], ["ArrowUp", -columns]]);
  const step = steps.get(key);
  return step === undefined ? null : Math.max(0, Math.min(n - 1, from + step));
}
