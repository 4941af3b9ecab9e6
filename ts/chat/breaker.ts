import type { ChatTarget } from "./target.ts";

/** Failures in a row that open a target's breaker. */
const FAILURES = 5;
const FIRST_PAUSE_MS = 5_000;
const LONGEST_PAUSE_MS = 300_000;

interface State {
  failures: number;
  /** While it is open: nothing is sent until then, and then one call that tries. */
  openUntil: number;
  pauseMs: number;
}

/**
 * Which targets are not worth asking now. A look is one read of a map, so a dead target costs a call nothing. Targets
 */
export class Breakers {
  readonly #states = new WeakMap<ChatTarget, State>();

  /** Milliseconds until the target may be asked; 0: now. */
  waitMs(target: ChatTarget, now: number): number {
    const state = this.#states.get(target);
    return state === undefined ? 0 : Math.max(0, state.openUntil - now);
  }

  /** An attempt begins: where the breaker's pause is over, it is the one that tries, and the others wait for how it ends. */
  begin(target: ChatTarget, now: number): void {
    const state = this.#states.get(target);
    if (state !== undefined && state.failures >= FAILURES) state.openUntil = now + state.pauseMs;
  }

  succeeded(target: ChatTarget): void {
    this.#states.delete(target);
  }

  /** @param retryAfterMs what the target itself asked for: nothing is sent before */
  failed(target: ChatTarget, now: number, retryAfterMs = 0): void {
    const state = this.#states.get(target) ?? { failures: 0, openUntil: 0, pauseMs: FIRST_PAUSE_MS };
    const wasOpen = state.failures >= FAILURES;
    state.failures++;
    if (wasOpen) state.pauseMs = Math.min(2 * state.pauseMs, LONGEST_PAUSE_MS);
    const pauseMs = state.failures >= FAILURES ? state.pauseMs : 0;
    state.openUntil = Math.max(state.openUntil, now + Math.max(pauseMs, Math.min(retryAfterMs, LONGEST_PAUSE_MS)));
    this.#states.set(target, state);
  }
}
