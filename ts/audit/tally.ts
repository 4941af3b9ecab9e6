import { messageOf } from "../core/errors.ts";
import type { Check } from "./checkpoint.ts";

/** Counts what was looked at and remembers the first fault, so that a check of a million rows is one line. */
export class Tally {
  readonly #name: string;
  readonly #what: string;
  #seen = 0;
  #wrong = 0;
  #first = "";

  /** @param what was looked at, in the plural */
  constructor(name: string, what: string) {
    this.#name = name;
    this.#what = what;
  }

  /** @param faultOf what is wrong, undefined when nothing is; what it throws is a fault too */
  count(which: string, faultOf: () => string | undefined): void {
    this.#seen++;
    const fault = describe(faultOf);
    if (fault === undefined) return;
    if (this.#wrong++ === 0) this.#first = `${which}: ${fault}`;
  }

  /** @param held what is true of all of them when nothing is wrong */
  result(held: string): Check {
    const all = `${this.#seen} ${this.#what}`;
    const detail = this.#wrong === 0 ? `${all}: ${held}` : `${this.#wrong} of ${all}, first ${this.#first}`;
    return { name: this.#name, ok: this.#wrong === 0, detail };
  }
}

function describe(faultOf: () => string | undefined): string | undefined {
  try {
    return faultOf();
  } catch (error) {
    return messageOf(error);
  }
}
