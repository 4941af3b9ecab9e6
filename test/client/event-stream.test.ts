import fc from "fast-check";
import { expect, it } from "vitest";
import { type Frame, readFrames } from "../../ts/client/event-stream.ts";
import { allOf } from "./all-of.ts";

const SILENCE_MS = 60_000;

async function frames(...pieces: (string | Uint8Array)[]): Promise<Frame[]> {
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const piece of pieces) controller.enqueue(typeof piece === "string" ? encoder.encode(piece) : piece);
      controller.close();
    },
  });
  return allOf(readFrames(body, SILENCE_MS));
}

const frame = (changes: Partial<Frame>): Frame => ({
  ...{ event: "message", data: "", lastEventId: undefined, retryMs: undefined },
  ...changes,
});

it("reads what the standard's examples hold", async () => {
  // WHATWG HTML, 9.2.6: the second, third and fourth example.
  expect(await frames("data: YHOO\ndata: +2\ndata: 10\n\n")).toEqual([frame({ data: "YHOO\n+2\n10" })]);
  expect(
    await frames(": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n"),
  ).toEqual([
    frame({ data: "first event", lastEventId: "1" }),
    frame({ data: "second event", lastEventId: "" }),
    frame({ data: " third event", lastEventId: "" }),
  ]);
  expect(await frames("data\n\ndata\ndata\n\ndata:")).toEqual([frame({}), frame({ data: "\n" })]);
});

it("keeps the last id, and gives the delay and an id without data", async () => {
  expect(await frames("id: 41\nretry: 1000\n\nevent: queued\ndata: {}\n\nretry: soon\nid: a\0b\n\n")).toEqual([
    frame({ lastEventId: "41", retryMs: 1000 }),
    frame({ event: "queued", data: "{}", lastEventId: "41" }),
    frame({ lastEventId: "41" }),
  ]);
});

it("drops what the stream ends within", async () => {
  expect(await frames("data: whole\n\nid: 7\ndata: ha")).toEqual([frame({ data: "whole" })]);
});

it("gives the same frames however the bytes are cut and the lines are ended", async () => {
  const text = 'retry: 5\n\nid: 1\nevent: queued\ndata: {"a":"µ→😀"}\n\n:\n\nid: 2\ndata: x\ndata: y\n\n';
  const whole = await frames(text);
  expect(whole).toHaveLength(3);
  const ends = fc.constantFrom("\n", "\r\n", "\r");
  await fc.assert(
    fc.asyncProperty(ends, fc.array(fc.nat(120), { maxLength: 12 }), async (end, cuts) => {
      const bytes = new TextEncoder().encode(`${text.replaceAll("\n", end)}${end === "\r" ? ":" : ""}`);
      const places = [0, ...cuts.map((cut) => cut % bytes.length), bytes.length].sort((a, b) => a - b);
      const pieces = places.slice(1).map((place, k) => bytes.subarray(places[k], place));
      expect(await frames(...pieces)).toEqual(whole);
    }),
    { seed: 1, numRuns: 300 },
  );
});
