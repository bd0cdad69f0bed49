// Elements of the player's HTML: found, made and measured.

import { newContext } from "./canvas.js";

/**
 * The element of player.html that a selector names.
 * @template {Element} E
 * @param {ParentNode} root
 * @param {string} selector
 * @param {new () => E} kind
 * @returns {E}
 */
export function find(root, selector, kind) {
  const found = root.querySelector(selector);
  if (!(found instanceof kind)) throw new Error(`There is no ${selector} that is a ${kind.name}.`);
  return found;
}

/**
 * A new element.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {string} className
 * @param {string} textContent
 */
export function make(tag, className, textContent = "") {
  return Object.assign(document.createElement(tag), { className, textContent });
}

/**
 * A function for the pixels that a text takes in an element; digits are all as wide as 0, as tabular ones are.
 * @param {Element} element
 * @returns {(text: string) => number}
 */
export function measurer(element) {
  const context = newContext();
  const { fontWeight, fontSize, fontFamily } = getComputedStyle(element);
  context.font = `${fontWeight} ${fontSize} ${fontFamily}`;
  return (text) => context.measureText(text.replace(/\d/g, "0")).width;
}
