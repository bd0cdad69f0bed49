// A page that was drawn for one theme is asked for anew when the system, or the person, turns to the other.

/** @type {WeakMap<Element | ShadowRoot, string>} the ground for which it was asked last */
const ASKED = new WeakMap();

/**
 * @param {{ data: string, parentElement: HTMLElement | ShadowRoot,
 *   setTriggerValue: (name: string, value: unknown) => void }} component  data is the ground that was drawn for
 */
export default function render({ data, parentElement, setTriggerValue }) {
  const inside = parentElement.querySelector("span");
  if (!inside) return;
  const ground = getComputedStyle(inside).getPropertyValue("--st-background-color").trim().toLowerCase();
  if (ground === data.toLowerCase()) ASKED.delete(parentElement);
  else if (ground && ASKED.get(parentElement) !== ground) {
    ASKED.set(parentElement, ground);
    setTriggerValue("turned", ground);
  }
}
