import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import type { NewKeyView } from "../../ts/models/access.ts";
import { LiveMessage } from "../../ts/models/job-event.ts";
import type { JobView } from "../../ts/models/job-view.ts";
import { BELL_BODY } from "../jobs/fixtures.ts";
import { collect, isStored, openStream, runJob } from "./event-streams.ts";
import { ADMIN_KEY, bodyOf, openTestService, serviceOfTest, type TestService } from "./service.ts";

let service: TestService;
beforeAll(async () => {
  service = await openTestService();
});
afterAll(() => service?.close());

const BY_HEADER = { headers: { authorization: `Bearer ${ADMIN_KEY}` } };

interface Closed {
  readonly messages: readonly LiveMessage[];
  readonly code: number;
  readonly protocol: string;
}

/** Everything that a WebSocket gave until it was closed. */
function untilClosed(socket: WebSocket, onMessage?: (message: LiveMessage) => void): Promise<Closed> {
  const messages: LiveMessage[] = [];
  socket.on("message", (bytes, isBinary) => {
    expect(isBinary).toBe(false);
    const message = LiveMessage.parse(JSON.parse(String(bytes)));
    messages.push(message);
    onMessage?.(message);
  });
  return new Promise((resolve, reject) => {
    socket.on("error", reject);
    socket.on("close", (code) => resolve({ messages, code, protocol: socket.protocol }));
  });
}

const socketAt = (query = "", protocols: string[] = [], options: object = BY_HEADER): WebSocket =>
  new WebSocket(`${service.url.replace("http", "ws")}/v1/ws${query}`, protocols, options);

/** What is answered in place of the switch. */
function refused(socket: WebSocket): Promise<{ status: number; code: string }> {
  return new Promise((resolve, reject) => {
    socket.on("open", () => reject(new Error("it was opened")));
    socket.on("error", () => undefined);
    socket.on("unexpected-response", (_, response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (part: string) => {
        text += part;
      });
      response.on("end", () => resolve({ status: response.statusCode ?? 0, code: JSON.parse(text).code }));
    });
  });
}

/** One exchange as bytes, until the server has nothing more to say. */
function rawExchange(text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    // Not ended before the answer: for Node's server a client that has said its last word is gone.
    const socket = connect(Number(new URL(service.url).port), "127.0.0.1", () => socket.write(text));
    socket.setEncoding("latin1").on("data", (answer) => {
      socket.destroy();
      resolve(String(answer));
    });
    socket.on("error", reject);
  });
}

describe("GET /v1/ws", () => {
  it("carries the same frames as SSE", async () => {
    const { id } = await runJob(service);
    const frames = await collect((await openStream(`${service.url}/v1/jobs/${id}/events`)).frames());
    const { messages, code, protocol } = await untilClosed(socketAt(`?job=${id}`));
    expect(messages).toEqual(frames);
    expect([code, protocol]).toEqual([1000, ""]);
    const first = frames.filter(isStored)[0]?.id;
    expect((await untilClosed(socketAt(`?job=${id}&after=${first}`))).messages).toEqual(frames.slice(1));
  });

  it("carries all jobs of the tenant as they happen, after those that were missed", async () => {
    await runJob(service);
    const socket = socketAt("?after=0");
    const opened = new Promise((resolve) => socket.on("open", resolve));
    const ended = new Set<string>();
    let last: string | undefined;
    const closed = untilClosed(socket, (message) => {
      if (message.event === "succeeded") ended.add(message.data.jobId);
      if (last !== undefined && ended.has(last)) socket.close();
    });
    await opened;
    await runJob(service);
    const { id }: JobView = await bodyOf(service.call("POST", "/v1/jobs", { body: BELL_BODY }));
    last = id;
    if (ended.has(last)) socket.close();
    const { messages: seen } = await closed;
    const ids = seen.filter(isStored).map(({ id }) => id);
    expect(ids).toEqual(ids.map((_, k) => k + 1));
  });

  it("takes a browser's key as a subprotocol and never answers it", async () => {
    const { id } = await runJob(service);
    const offered = ["ketflow.v1", `ketflow.bearer.${ADMIN_KEY}`];
    const { messages, protocol } = await untilClosed(socketAt(`?job=${id}`, offered, {}));
    expect(protocol).toBe("ketflow.v1");
    expect(messages).toHaveLength(4);
  });

  it.each([
    ["no key", "", ["ketflow.v1"], {}, 401, "unauthenticated"],
    ["a wrong key", "", ["ketflow.v1", "ketflow.bearer.kf_wrong"], {}, 401, "unauthenticated"],
    ["a key in the query", `?key=${ADMIN_KEY}`, [], {}, 401, "unauthenticated"],
    ["another protocol", "", ["other.v1"], BY_HEADER, 400, "invalid-input"],
    ["a wrong id", "?after=x", [], BY_HEADER, 400, "invalid-input"],
    ["an id that was never given", "?after=999999", [], BY_HEADER, 409, "conflict"],
    ["an unknown job", "?job=job_00000000000000000000000000", [], BY_HEADER, 404, "not-found"],
    ["an unknown parameter", "?jobs=1", [], BY_HEADER, 400, "invalid-input"],
  ])("refuses %s with the problem of every other operation", async (_, query, protocols, options, status, code) => {
    expect(await refused(socketAt(query, protocols, options))).toEqual({ status, code });
  });

  it("refuses a request without an upgrade", async () => {
    const response = await fetch(`${service.url}/v1/ws`, BY_HEADER);
    expect([response.status, await response.json()]).toMatchObject([400, { code: "invalid-input" }]);
  });

  it.each([
    ["a message", "hello", 1003],
    ["a message too large", "x".repeat(2000), 1009],
  ])("closes on %s with the right code", async (_, message, expected) => {
    const socket = socketAt();
    socket.on("open", () => socket.send(message));
    expect((await untilClosed(socket)).code).toBe(expected);
  });

  it("closes with the key that reads it", async () => {
    const body = { name: "reader", role: "auditor" };
    const reader: NewKeyView = await bodyOf(service.call("POST", "/v1/keys", { body }));
    const socket = socketAt("", [], { headers: { authorization: `Bearer ${reader.key}` } });
    const closed = untilClosed(socket);
    await new Promise((resolve) => socket.on("open", resolve));
    await bodyOf(service.call("DELETE", `/v1/keys/${reader.id}`));
    expect(await closed).toMatchObject({ code: 1008, messages: [{ event: "end", data: { reason: "key-not-valid" } }] });
  });

  it("closes when the service stops", async () => {
    const own = await serviceOfTest();
    const socket = new WebSocket(`${own.url.replace("http", "ws")}/v1/ws`, BY_HEADER);
    const closed = untilClosed(socket);
    await new Promise((resolve) => socket.on("open", resolve));
    await own.stop();
    expect(await closed).toMatchObject({ code: 1001, messages: [{ event: "end", data: { reason: "stopping" } }] });
  });
});

describe("an upgrade to something else", () => {
  it("is ignored, as HTTP lets a server do", async () => {
    const upgrade =
      "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA\r\n";
    const get = await rawExchange(`GET /health/live HTTP/1.1\r\nHost: x\r\n${upgrade}\r\n`);
    expect(get).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    const body = JSON.stringify(BELL_BODY);
    const head = `POST /v1/jobs HTTP/1.1\r\nHost: x\r\n${upgrade}Authorization: Bearer ${ADMIN_KEY}\r\nContent-Type: application/json\r\n`;
    const post = await rawExchange(`${head}Content-Length: ${body.length}\r\n\r\n${body}`);
    expect(post).toMatch(/^HTTP\/1\.1 202 Accepted\r\n/);
  });
});
