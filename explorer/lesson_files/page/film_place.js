// A place on the page in which a film plays.

import { find } from "../../figures/player/page.js";
import { Player } from "../../figures/player/player.js";

const FLAGS_AT = 4; // bytes into a message, as figures/player/message.py writes it
const PLAYS = 4;
const EDITION = 16;

export class FilmPlace {
  /**
   * @param {HTMLElement} place
   * @param {Uint8Array} message
   * @param {(name: string, value: unknown) => void} told  what is told of the frame and of what is picked
   */
  constructor(place, message, told) {
    this.message = message;
    const host = place.appendChild(document.createElement("div"));
    host.style.height = "100%";
    const inside = host.attachShadow({ mode: "open" });
    inside.append(find(document, "#player", HTMLTemplateElement).content.cloneNode(true));
    this.player = new Player(find(inside, ".player", HTMLElement));
    this.player.setState = told;
    this.player.show(message);
  }

  /** Colours or sizes of letters have changed. */
  redraw() {
    if (this.player.data) this.player.show(this.player.data);
  }

  /** Another film in its place. @param {Uint8Array} message */
  replace(message) {
    this.message = message;
    this.player.show(message);
  }

  pause() {
    if (this.player.playing) this.player.stop();
  }

  /** Play once, from the frame at which the film opens. */
  play() {
    this.message = this.message.slice();
    const view = new DataView(this.message.buffer);
    view.setUint32(FLAGS_AT, (view.getUint32(FLAGS_AT, true) | PLAYS) + EDITION, true);
    this.player.show(this.message);
  }
}
