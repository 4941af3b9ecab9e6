import { expect, it } from "vitest";
import { SingleFlight } from "../../ts/cache/single-flight.ts";
import { withResolvers } from "../../ts/core/with-resolvers.ts";

function world() {
  const flights = new SingleFlight<number>();
  const starts: { signal: AbortSignal; end: () => void }[] = [];
  const board = (key: string | undefined, signal = new AbortController().signal, isDone = false) =>
    flights.board(key, signal, (own) => {
      const { promise, resolve } = withResolvers<void>();
      starts.push({ signal: own, end: resolve });
      return { work: starts.length, ended: promise, isDone: () => isDone };
    });
  return { board, starts };
}

it("starts equal work once while it lasts, and again when it has ended", async () => {
  const { board, starts } = world();
  expect([board("a").isFirst, board("a").isFirst, board("b").isFirst]).toEqual([true, false, true]);
  expect(board("a").aboard()).toBe(3);
  starts[0]?.end();
  await Promise.resolve();
  await Promise.resolve();
  expect(board("a").work).toBe(3);
});

it("never joins work without a key", () => {
  const { board } = world();
  expect([board(undefined).work, board(undefined).work]).toEqual([1, 2]);
});

it("gives work up when the last caller has gone, and only then", () => {
  const { board, starts } = world();
  const gone = new AbortController();
  board("a", gone.signal);
  const second = board("a");
  gone.abort();
  expect(starts[0]?.signal.aborted).toBe(false);
  second.leave();
  second.leave();
  expect(starts[0]?.signal.aborted).toBe(true);
  expect(board("a").isFirst).toBe(true);
});

it("leaves work alone that has come to its end", () => {
  const { board, starts } = world();
  board("a", undefined, true).leave();
  expect(starts[0]?.signal.aborted).toBe(false);
  expect(board("a").isFirst).toBe(false);
});
