import { describe, expect, it } from "vitest";
import { Breakers } from "../../ts/chat/breaker.ts";
import type { ChatTarget } from "../../ts/chat/target.ts";

const target = {} as ChatTarget;

function failing(breakers: Breakers, times: number, now = 0): void {
  for (let k = 0; k < times; k++) {
    breakers.begin(target, now);
    breakers.failed(target, now);
  }
}

describe("a breaker", () => {
  it("opens after five failures in a row, and not for five that an answer interrupts", () => {
    const breakers = new Breakers();
    failing(breakers, 4);
    breakers.succeeded(target);
    failing(breakers, 4);
    expect(breakers.waitMs(target, 0)).toBe(0);
    failing(breakers, 1);
    expect(breakers.waitMs(target, 0)).toBe(5000);
    expect(breakers.waitMs({} as ChatTarget, 0)).toBe(0);
  });

  it("lets one call try after its pause, and waits twice as long for each that fails, 5 minutes at most", () => {
    const breakers = new Breakers();
    failing(breakers, 5);
    expect(breakers.waitMs(target, 5000)).toBe(0);
    breakers.begin(target, 5000);
    expect(breakers.waitMs(target, 5000)).toBeGreaterThan(0);
    breakers.failed(target, 5000);
    expect(breakers.waitMs(target, 5000)).toBe(10_000);
    failing(breakers, 10, 15_000);
    expect(breakers.waitMs(target, 15_000)).toBe(300_000);
    breakers.succeeded(target);
    expect(breakers.waitMs(target, 15_000)).toBe(0);
  });

  it("gives what asks for time its time, at the first failure", () => {
    const breakers = new Breakers();
    breakers.failed(target, 0, 7000);
    expect(breakers.waitMs(target, 1000)).toBe(6000);
  });

  it("is looked at in far less than a millisecond", () => {
    const breakers = new Breakers();
    failing(breakers, 5);
    const startedAt = performance.now();
    for (let k = 0; k < 10_000; k++) breakers.waitMs(target, 0);
    expect((performance.now() - startedAt) / 10_000).toBeLessThan(1);
  });
});
