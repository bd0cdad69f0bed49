import assert from "node:assert/strict";
import { test } from "node:test";

import { replaceWithinPage } from "../../explorer/ui/shell/history.js";

/** A history that counts, at an address. */
function historyAt(path) {
  const seen = { path, pushed: [], replaced: [] };
  globalThis.document = { baseURI: "http://localhost/learn?old=1" };
  const history = {
    pushState: (_state, _unused, url) => { seen.pushed.push(url); },
    replaceState: (_state, _unused, url) => { seen.replaced.push(url); },
  };
  replaceWithinPage(history, () => seen.path);
  return { history, seen };
}

test("a change of the page's own address replaces its entry", () => {
  const { history, seen } = historyAt("/learn");
  history.pushState({}, "", "/learn?t=1");
  history.pushState({}, "", "?t=2");
  history.pushState({}, "");
  assert.deepEqual(seen.pushed, []);
  assert.deepEqual(seen.replaced, ["/learn?t=1", "?t=2", undefined]);
});

test("another page gets an entry of its own", () => {
  const { history, seen } = historyAt("/learn");
  history.pushState({}, "", "/score");
  assert.deepEqual(seen.pushed, ["/score"]);
  assert.deepEqual(seen.replaced, []);
});
