// Every step of a lesson begins at the top of the page and of its card.

const SCROLLED = '[data-testid="stMain"], .st-key-lesson';

let shown = ""; // the step that was shown last; once a document

/** @param {{ data: string }} component  the step that is on screen */
export default function render({ data }) {
  if (data !== shown && shown !== "") for (const each of document.querySelectorAll(SCROLLED)) each.scrollTop = 0;
  shown = data;
}
