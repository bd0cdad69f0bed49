// What the file holds compressed: by number, as bytes, as a text, or as JSON.

import { find } from "../../figures/player/page.js";

/**
 * The bytes of a block: base64 of what zlib packed.
 * @param {number} number
 * @returns {Promise<Uint8Array>}
 */
export async function unpacked(number) {
  const text = find(document, `#packed-${number}`, HTMLScriptElement).textContent ?? "";
  const packed = Uint8Array.from(atob(text.trim()), (letter) => letter.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/**
 * @param {number} number
 * @returns {Promise<string>}
 */
export async function unpackedText(number) {
  return new TextDecoder().decode(await unpacked(number));
}
