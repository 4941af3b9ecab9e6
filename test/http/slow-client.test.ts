import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import type { JobId, TenantId } from "../../ts/core/ids.ts";
import { LIMITS } from "../../ts/http/limits.ts";
import { createLiveStreams, type LiveStreams } from "../../ts/http/live-streams.ts";
import { createRateLimits } from "../../ts/http/rate-limit.ts";
import { sseReply } from "../../ts/http/sse.ts";
import { acceptWebSockets } from "../../ts/http/websocket.ts";
import type { Keys, Principal } from "../../ts/identity/keys.ts";
import type { EventFeed, EventStream, Follower } from "../../ts/jobs/event-feed.ts";
import type { JobEvent } from "../../ts/jobs/store.ts";
import type { LiveMessage } from "../../ts/models/job-event.ts";
import { ALICE } from "../jobs/fixtures.ts";
import { collect, isStored, openStream } from "./event-streams.ts";

const PRINCIPAL: Principal = {
  ...{ tenant: ALICE as TenantId, keyId: "key_a", name: "a", owner: "a", role: "member" },
  scopes: new Set(["jobs:read"] as const),
};
/** As much as no kernel keeps for a connection; beyond it the test fails. */
const MOST_EVENTS = 4_000;

function largeEvent(sequence: number): JobEvent {
  const jobId: JobId = `job_${"0".repeat(26)}`;
  return { sequence, jobId, at: 0, kind: "queued", data: { note: "x".repeat(16_384) } };
}

/** An event stream that gives one more event at each push, until nobody follows: then the sequence of the last. */
function endlessStream(after: number): { stream: EventStream; following: Promise<void>; push(): number | undefined } {
  let follower: Follower | undefined;
  let begin = (): void => undefined;
  const following = new Promise<void>((resolve) => {
    begin = resolve;
  });
  let sequence = after;
  return {
    following,
    stream: {
      start: after,
      isOver: false,
      follow(given) {
        follower = given;
        begin();
        return () => {
          follower = undefined;
        };
      },
    },
    push() {
      follower?.take([largeEvent(++sequence)]);
      return follower === undefined ? sequence : undefined;
    },
  };
}

describe("a client that does not read", () => {
  let close: () => Promise<void>;
  /** Of the latest request. */
  let outgoing: ServerResponse;
  beforeEach(() => {
    close = async () => undefined;
  });
  afterEach(() => close());

  async function serve(source: ReturnType<typeof endlessStream>, streams: LiveStreams): Promise<string> {
    const server = createServer((_, response) => {
      outgoing = response;
      sseReply(source.stream, PRINCIPAL, streams).send(response, {});
    });
    const keys = { authenticate: () => PRINCIPAL } as unknown as Keys;
    const feed = { open: async () => source.stream } as unknown as EventFeed;
    acceptWebSockets(server, { keys, rateLimits: createRateLimits(), feed, streams, reportError: () => undefined });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    close = async () => {
      streams.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    };
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  /** Pushes a turn at a time until the stream was cut. */
  async function pushUntilCut(source: ReturnType<typeof endlessStream>): Promise<number> {
    for (let k = 0; k < MOST_EVENTS; k++) {
      const last = source.push();
      if (last !== undefined) return last;
      await new Promise((resolve) => setImmediate(resolve));
    }
    throw new Error(`not cut after ${MOST_EVENTS} events`);
  }

  function expectAllUpToTheCut(frames: readonly LiveMessage[], last: number): void {
    expect(frames.filter(isStored).map(({ id }) => id)).toEqual(Array.from({ length: last }, (_, k) => k + 1));
    expect(frames.at(-1)).toEqual({ event: "end", data: { reason: "lagged" } });
  }

  it("is cut by SSE with a hint, and has everything up to it", async () => {
    const streams = createLiveStreams(() => true);
    const source = endlessStream(0);
    const stream = await openStream(await serve(source, streams));
    const last = await pushUntilCut(source);
    expectAllUpToTheCut(await collect(stream.frames()), last);
  });

  it("is cut by WebSocket with a hint, and has everything up to it", async () => {
    const source = endlessStream(0);
    const url = await serve(
      source,
      createLiveStreams(() => true),
    );
    const socket = new WebSocket(`${url.replace("http", "ws")}/v1/ws`, { headers: { authorization: "Bearer x" } });
    const frames: LiveMessage[] = [];
    socket.on("message", (bytes) => frames.push(JSON.parse(String(bytes)) as LiveMessage));
    const closed = once(socket, "close");
    await Promise.all([once(socket, "open"), source.following]);
    socket.pause();
    const last = await pushUntilCut(source);
    socket.resume();
    expect((await closed)[0]).toBe(1013);
    expectAllUpToTheCut(frames, last);
  });

  it("is cut at the second heartbeat that it does not take", async () => {
    const beats: (() => void)[] = [];
    const streams: LiveStreams = {
      add(stream) {
        beats.push(() => stream.beat());
        return () => undefined;
      },
      count: () => 0,
      close: () => undefined,
    };
    const source = endlessStream(0);
    const stream = await openStream(await serve(source, streams));
    while (outgoing.writableLength === 0) {
      source.push();
      await new Promise((resolve) => setImmediate(resolve));
    }
    beats[0]?.();
    expect(source.push()).toBeUndefined();
    beats[0]?.();
    const last = source.push();
    expectAllUpToTheCut(await collect(stream.frames()), last ?? 0);
  });

  it("counts for its tenant as long as it is there", () => {
    const streams = createLiveStreams(() => true, { ...LIMITS, liveStreams: 2 });
    const add = (principal = PRINCIPAL) => streams.add({ principal, beat: () => undefined, end: () => undefined });
    const remove = add();
    add();
    expect(() => add()).toThrow(expect.objectContaining({ code: "quota-exceeded" }));
    add({ ...PRINCIPAL, tenant: "bob" as TenantId });
    remove();
    remove();
    add();
    expect(() => add()).toThrow(expect.objectContaining({ code: "quota-exceeded" }));
    streams.close();
    expect(() => add()).toThrow(expect.objectContaining({ code: "store-unavailable" }));
  });
});
