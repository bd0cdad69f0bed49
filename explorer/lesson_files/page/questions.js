// Questions with their options, and what is said to who chose one.

/** The fields of questions in a part of the page. @param {ParentNode} part @returns {HTMLFieldSetElement[]} */
export function questionsIn(part) {
  return [...part.querySelectorAll("fieldset")];
}

/** @param {HTMLFieldSetElement} question @returns {HTMLInputElement[]} */
export function optionsOf(question) {
  return [...question.querySelectorAll("input")];
}

/** The number of the option that is chosen; null for none. @param {HTMLFieldSetElement} question */
export function chosenOf(question) {
  const at = optionsOf(question).findIndex((option) => option.checked);
  return at < 0 ? null : at;
}

/**
 * Mark an option as chosen; null for none.
 * @param {HTMLFieldSetElement} question
 * @param {number | null} chosen
 */
export function mark(question, chosen) {
  optionsOf(question).forEach((option, at) => { option.checked = at === chosen; });
}

/**
 * The question that a number key answers: the one with the focus, else the first that has no answer yet, else the last.
 * @param {ParentNode} part
 * @returns {HTMLFieldSetElement | undefined}
 */
export function questionAsked(part) {
  const questions = questionsIn(part);
  const focused = questions.find((question) => question.contains(document.activeElement));
  return focused ?? questions.find((question) => chosenOf(question) === null) ?? questions.at(-1);
}

/**
 * Show what is said to who chose an option, and nothing of the others.
 * @param {ParentNode} part
 * @param {number | null} chosen
 */
export function showReason(part, chosen) {
  for (const reason of part.querySelectorAll(".reason")) {
    if (reason instanceof HTMLElement) reason.hidden = reason.dataset.option !== String(chosen);
  }
}
