// What changes on a page replaces its entry in the browser's history, so that Back leads to the page before.

/**
 * An address of the page that is open takes the place of the one in the history; another page gets an entry.
 * @param {History} history
 * @param {() => string} open  the path of the page that is open
 */
export function replaceWithinPage(history, open) {
  const push = history.pushState.bind(history);
  history.pushState = (state, unused, url) => {
    const path = url == null ? open() : new URL(String(url), document.baseURI).pathname;
    if (path === open()) history.replaceState(state, unused, url);
    else push(state, unused, url);
  };
}

let replacing = false; // once a document

export default function render() {
  if (!replacing) replaceWithinPage(window.history, () => window.location.pathname);
  replacing = true;
}
