import type { Clock } from "../core/clock.ts";

const WINDOW_MS = 200;

/** So many times more jobs come than end, and a few: the queue grows whatever is done. */
const FLOOD = { ratio: 4, few: 16 };

/** Compares, for the last whole window of time, the jobs that came with those that have ended. */
export class Inflow {
  readonly #clock: Clock;
  #since: number;
  #came = 0;
  #ended = 0;
  #isFlood = false;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#since = clock();
  }

  count(what: "came" | "ended"): void {
    if (what === "came") this.#came++;
    else this.#ended++;
  }

  get isFlood(): boolean {
    const now = this.#clock();
    if (now - this.#since >= WINDOW_MS) {
      this.#isFlood = this.#came > FLOOD.ratio * this.#ended + FLOOD.few;
      this.#since = now;
      this.#came = this.#ended = 0;
    }
    return this.#isFlood;
  }
}
