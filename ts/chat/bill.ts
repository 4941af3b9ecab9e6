import type { ChatOutcome } from "./call-record.ts";

/** The cost of one upstream call: one of the callers who share it pays. */
export class Bill {
  #charge: ((costMicroUsd: number) => void) | undefined;
  #isPassedOn = false;

  /** @param charge settles what was reserved, once */
  owe(charge: (costMicroUsd: number) => void): void {
    this.#charge = charge;
  }

  /**
   * Who asked pays; where that caller goes away while others go on, the next one that ends.
   *
   * @param others callers that still read it
   * @returns for who pays: settles what was reserved. Undefined: nothing is to be paid by this caller
   */
  claim(isFirst: boolean, outcome: ChatOutcome, others: number): ((costMicroUsd: number) => void) | undefined {
    if (!isFirst && !this.#isPassedOn) return undefined;
    if (outcome === "cancelled" && others > 0) {
      this.#isPassedOn = true;
      return undefined;
    }
    const charge = this.#charge;
    this.#charge = undefined;
    return charge;
  }
}
