import { EventEmitter } from "node:events";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, it } from "vitest";
import { inTurns } from "../../ts/http/turns.ts";

function setUp() {
  const server = new EventEmitter();
  const begun: number[] = [];
  const handle = inTurns(server as Server, (incoming) =>
    begun.push((incoming as unknown as { number: number }).number),
  );
  const arrive = (number: number, destroyed = false): unknown =>
    handle({ number, destroyed } as unknown as IncomingMessage, {} as ServerResponse);
  return { server, begun, arrive };
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, k) => k);

it("a lone request is begun at once", () => {
  const { begun, arrive } = setUp();
  arrive(0);
  expect(begun).toEqual([0]);
});

it("of many requests 32 are begun in a turn, all of them in order, and later ones not before", async () => {
  const { begun, arrive } = setUp();
  for (const k of upTo(100)) arrive(k);
  expect(begun).toEqual(upTo(32));
  await nextTurn();
  arrive(100);
  expect(begun).toEqual(upTo(64));
  await nextTurn();
  await nextTurn();
  expect(begun).toEqual(upTo(101));
});

it("a turn in which a connection came begins one waiting request", async () => {
  const { server, begun, arrive } = setUp();
  for (const k of upTo(40)) arrive(k);
  for (const number of [33, 34]) {
    server.emit("connection");
    await nextTurn();
    expect(begun).toEqual(upTo(number));
  }
  await nextTurn();
  expect(begun).toEqual(upTo(40));
});

it("a request whose connection has gone while it waited is not begun", async () => {
  const { begun, arrive } = setUp();
  for (const k of upTo(34)) arrive(k, k === 32);
  await nextTurn();
  expect(begun).toEqual(upTo(34).filter((k) => k !== 32));
});
