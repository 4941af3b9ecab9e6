import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LIMITS } from "../../ts/http/limits.ts";
import { PROBLEM_TYPE } from "../../ts/http/problem.ts";
import { ADMIN_KEY, openTestService, type TestService } from "../http/service.ts";

/** Short, so that nothing has to wait for the real ones. */
const SHORT = { headersMs: 400, requestMs: 800, checkMs: 50, keepAliveMs: 2000, connections: 300 };

let service: TestService;
let port: number;
beforeAll(async () => {
  service = await openTestService({ limits: SHORT });
  port = Number(new URL(service.url).port);
});
afterAll(() => service?.close());

const AUTHORIZED = `Host: x\r\nAuthorization: Bearer ${ADMIN_KEY}\r\n`;
const post = (path: string, headers: string): string =>
  `POST ${path} HTTP/1.1\r\n${AUTHORIZED}Content-Type: application/json\r\n${headers}\r\n`;
const upgrade = (protocol: string): string =>
  `GET /v1/ws HTTP/1.1\r\n${AUTHORIZED}Connection: Upgrade\r\nUpgrade: ${protocol}\r\nSec-WebSocket-Version: 13\r\n` +
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
const JOB = '{"type":"circuit","input":{"format":"openqasm2","source":"x"}}';

interface Reply {
  /** Of every answer that came, in order. */
  readonly statuses: number[];
  readonly text: string;
}

async function open(): Promise<Socket> {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => undefined);
  await once(socket, "connect");
  return socket;
}

/** What the service sends until it closes the connection, or until `enough` answers came. */
function replyOf(socket: Socket, enough = Number.POSITIVE_INFINITY): Promise<Reply> {
  return new Promise((resolve) => {
    let text = "";
    const end = (): void => {
      socket.destroy();
      resolve({ text, statuses: [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status)) });
    };
    socket.setEncoding("latin1").on("data", (part) => {
      text += part;
      if ((text.match(/HTTP\/1\.1 [2-5]/g) ?? []).length >= enough && text.includes("\r\n\r\n")) end();
    });
    socket.on("close", end);
  });
}

/** Sends the parts one after the other, as fast as the other side takes them. */
async function exchange(parts: readonly (string | Uint8Array)[], enough?: number): Promise<Reply> {
  const socket = await open();
  const reply = replyOf(socket, enough);
  for (const part of parts) {
    if (socket.destroyed || !socket.writable) break;
    if (!socket.write(part)) await Promise.race([once(socket, "drain"), once(socket, "close")]);
  }
  return reply;
}

/** The service still answers. */
async function isAlive(): Promise<void> {
  expect((await service.call("GET", "/health/ready", { token: "" })).status).toBe(200);
  expect((await service.call("GET", "/v1/policy")).status).toBe(200);
  expect(service.reported).toEqual([]);
}

const problemIn = ({ text }: Reply): Record<string, unknown> => JSON.parse(text.slice(text.indexOf("\r\n\r\n") + 4));

describe("what is not HTTP", () => {
  it.each([
    ["another protocol", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"],
    ["an unknown method", "FOO / HTTP/1.1\r\nHost: x\r\n\r\n"],
    ["HTTP/2 by preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"],
    ["a NUL in a header", "GET /health/live HTTP/1.1\r\nHost: x\r\nX-A: a\0b\r\n\r\n"],
    ["a NUL in the target", "GET /health/\0live HTTP/1.1\r\nHost: x\r\n\r\n"],
    ["a header without name", "GET /health/live HTTP/1.1\r\nHost: x\r\n: v\r\n\r\n"],
    ["a space before the colon", "GET /health/live HTTP/1.1\r\nHost: x\r\nX-A : v\r\n\r\n"],
    ["a folded header", "GET /health/live HTTP/1.1\r\nHost: x\r\nX-A: v\r\n  w\r\n\r\n"],
    ["no host", "GET /health/live HTTP/1.1\r\n\r\n"],
    ["two hosts", "GET /health/live HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n"],
    ["the same host twice", "GET /health/live HTTP/1.1\r\nHost: x\r\nX-A: 1\r\nhOST: x\r\n\r\n"],
    ["two hosts of a WebSocket", `${upgrade("websocket")}Host: y\r\n\r\n`],
    ["two hosts of another upgrade", `${upgrade("h2c")}Host: y\r\n\r\n`],
    ["HTTP/0.9", "GET /health/live\r\n\r\n"],
    ["HTTP/0.9 by name", "GET /health/live HTTP/0.9\r\nHost: x\r\n\r\n"],
    ["a host that is none", "GET /health/live HTTP/1.1\r\nHost: a b/c\r\n\r\n"],
    ["a target that is no path", "GET http://[::1 HTTP/1.1\r\nHost: x\r\n\r\n"],
    ["two lengths", post("/v1/jobs", "Content-Length: 2\r\nContent-Length: 3\r\n")],
    ["length and chunks", post("/v1/jobs", "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n")],
    ["an unknown coding", post("/v1/jobs", "Transfer-Encoding: gzip\r\n")],
    ["chunked, but not last", post("/v1/jobs", "Transfer-Encoding: chunked, gzip\r\n")],
    ["a coding in disguise", post("/v1/jobs", "Transfer-Encoding: xchunked\r\n")],
    ["a negative length", post("/v1/jobs", "Content-Length: -1\r\n")],
    ["a length that is no number", post("/v1/jobs", "Content-Length: 0x10\r\n")],
    ["a length beyond all numbers", post("/v1/jobs", "Content-Length: 99999999999999999999999\r\n")],
    ["a chunk length that is none", `${post("/v1/jobs", "Transfer-Encoding: chunked\r\n")}zz\r\n{}\r\n0\r\n\r\n`],
    ["a chunk longer than said", `${post("/v1/jobs", "Transfer-Encoding: chunked\r\n")}1\r\n{}\r\n0\r\n\r\n`],
  ])("is refused once and closed: %s", async (_, bytes) => {
    const reply = await exchange([Buffer.from(bytes, "latin1")]);
    // No status at all: the connection was closed without an answer, which is clear, too.
    expect(reply.statuses.filter((status) => status < 400 || status >= 500)).toEqual([]);
    expect(reply.statuses.length).toBeLessThanOrEqual(1);
    if (reply.statuses.length === 1) {
      expect(reply.text).toContain(PROBLEM_TYPE);
      expect(problemIn(reply)).toMatchObject({ status: reply.statuses[0], requestId: expect.any(String) });
    }
    await isAlive();
  });

  it.each(["TRACE", "TRACK", "CONNECT"])("%s is refused", async (method) => {
    const target = method === "CONNECT" ? "x:1" : "/health/live";
    const { statuses } = await exchange([`${method} ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`]);
    expect(statuses.filter((status) => status < 400 || status >= 500)).toEqual([]);
    await isAlive();
  });
});

describe("what is too large", () => {
  it.each([
    ["one header", `X-A: ${"a".repeat(20_000)}\r\n`],
    ["many headers", Array.from({ length: 3000 }, (_, k) => `X-${k}: v\r\n`).join("")],
  ])("%s: 431", async (_, headers) => {
    const reply = await exchange([`GET /health/live HTTP/1.1\r\nHost: x\r\n${headers}\r\n`]);
    expect(reply.statuses).toEqual([431]);
    expect(problemIn(reply)).toMatchObject({ status: 431, code: "too-large" });
    await isAlive();
  });

  it("a target: 431", async () => {
    expect((await exchange([`GET /${"a".repeat(20_000)} HTTP/1.1\r\nHost: x\r\n\r\n`])).statuses).toEqual([431]);
  });

  it.each(["/v1/jobs", "/v1/jobs:batch"])("%s: a body that says so is refused before it comes", async (path) => {
    const reply = await exchange([post(path, `Content-Length: ${LIMITS.bodyBytes + 1}\r\n`), JOB], 1);
    expect(reply.statuses).toEqual([413]);
    await isAlive();
  });

  it("a body in chunks is refused when it gets there, and not kept", async () => {
    const chunk = Buffer.alloc(64 * 1024, 32);
    const parts = [
      post("/v1/jobs", "Transfer-Encoding: chunked\r\n"),
      ...Array.from({ length: 200 }, () => Buffer.concat([Buffer.from("10000\r\n"), chunk, Buffer.from("\r\n")])),
    ];
    expect((await exchange(parts, 1)).statuses).toEqual([413]);
    await isAlive();
  });

  it.each([
    ["/v1/jobs", "application/json", 400],
    ["/v1/jobs:batch", "application/x-ndjson", 200],
  ])("%s: a body in chunks of one byte is read", async (path, type, status) => {
    const patient = await openTestService({ limits: { requestMs: 60_000 } });
    const socket = connect(Number(new URL(patient.url).port), "127.0.0.1");
    const reply = replyOf(socket, 1);
    const ones = "1\r\n \r\n".repeat(10_000);
    socket.write(
      `POST ${path} HTTP/1.1\r\n${AUTHORIZED}Content-Type: ${type}\r\nTransfer-Encoding: chunked\r\n\r\n${ones}`,
    );
    for (let k = 0; k < 4; k++) if (!socket.write(ones)) await once(socket, "drain");
    socket.write("0\r\n\r\n");
    expect((await reply).statuses).toEqual([status]);
    await patient.close();
  });
});

describe("what does not come", () => {
  it("headers, byte by byte: the connection is closed in time, with a reason", async () => {
    const socket = await open();
    const reply = replyOf(socket);
    socket.write("GET /health/live HTTP/1.1\r\nHost: x\r\n");
    const drip = setInterval(() => socket.writable && socket.write("X-A: b\r\n"), 50);
    const { statuses, text } = await reply;
    clearInterval(drip);
    expect(statuses).toEqual([408]);
    expect(text).toContain('"code":"invalid-input"');
    await isAlive();
  });

  it.each(["/v1/jobs", "/v1/jobs:batch"])("%s: a body, byte by byte", async (path) => {
    const socket = await open();
    const reply = replyOf(socket);
    socket.write(post(path, "Content-Length: 1000\r\n"));
    const drip = setInterval(() => socket.writable && socket.write(" "), 50);
    const { statuses } = await reply;
    clearInterval(drip);
    expect(statuses).toEqual([408]);
    await isAlive();
  });

  it("two hundred slow clients at once leave the service to the others, and are all gone in time", async () => {
    const slow = await Promise.all(Array.from({ length: 200 }, open));
    const replies = slow.map((socket) => replyOf(socket));
    for (const socket of slow) socket.write("POST /v1/jobs HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n");
    await isAlive();
    expect((await Promise.all(replies)).map(({ statuses }) => statuses[0])).toEqual(slow.map(() => 408));
    await isAlive();
  });

  it.each(["/v1/jobs", "/v1/jobs:batch"])("%s: the rest of a body, when the client goes", async (path) => {
    for (const [headers, part] of [
      ["Content-Length: 1000\r\n", '{"type":'],
      ["Transfer-Encoding: chunked\r\n", '8\r\n{"type":\r\n'],
      ["Transfer-Encoding: chunked\r\n", "8\r\n{"],
    ] as const) {
      const socket = await open();
      socket.write(post(path, headers) + part);
      await new Promise((resolve) => setImmediate(resolve));
      socket.destroy();
    }
    await isAlive();
  });
});

describe("many connections", () => {
  it("beyond the limit are closed, and the service takes new ones when they are gone", async () => {
    const sockets = await Promise.all(Array.from({ length: SHORT.connections + 50 }, open));
    for (const socket of sockets) socket.destroy();
    await Promise.all(sockets.map((socket) => socket.destroyed || once(socket, "close")));
    await isAlive();
  });

  it("are kept for pipelined requests, answered in their order", async () => {
    const requests = Array.from({ length: 20 }, (_, k) =>
      k % 2 === 0
        ? `${post("/v1/jobs", `Content-Length: ${JOB.length}\r\n`)}${JOB}`
        : `GET /v1/nothing${k} HTTP/1.1\r\n${AUTHORIZED}\r\n`,
    );
    const { statuses } = await exchange([requests.join("")], 20);
    expect(statuses).toEqual(requests.map((_, k) => (k % 2 === 0 ? 202 : 404)));
    await isAlive();
  });

  it("end with a request that breaks off: what came before it is answered, what comes after is not read", async () => {
    const { statuses } = await exchange([
      `GET /health/live HTTP/1.1\r\nHost: x\r\n\r\nBROKEN\r\n\r\nGET /health/live HTTP/1.1\r\nHost: x\r\n\r\n`,
    ]);
    expect(statuses.filter((status) => status === 200).length).toBeLessThanOrEqual(1);
    expect(statuses.filter((status) => status >= 500)).toEqual([]);
    await isAlive();
  });
});

describe("bodies", () => {
  it.each([
    ["invalid UTF-8", Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d]), "not UTF-8"],
    ["a member twice", Buffer.from('{"type":"circuit","type":"circuit"}'), "is there twice"],
    ["deep JSON", Buffer.from("[".repeat(1_000_000)), "64 levels"],
    ["a NUL", Buffer.from('{"type":\0}'), "U+0000"],
    ["nothing", Buffer.from(""), "it is empty"],
    ["values without end", Buffer.from(`{"routing":{"strategies":[${"0,".repeat(2_000_000)}0]}}`), "100000 values"],
    ["a name as long as a body", Buffer.from(JOB.replace("}}", `},"${"n".repeat(4_000_000)}":1}`)), "Unrecognized key"],
    [
      "base64 as long as a body",
      Buffer.from(`{"type":"circuit","input":{"format":"openqasm2","source":{"base64":"${"A".repeat(7_999_999)}"}}}`),
      "base64",
    ],
  ])("%s: 400 with the reason, briefly", async (_, body, reason) => {
    const answer = await service.call("POST", "/v1/jobs", { body: new Uint8Array(body) });
    expect([answer.status, answer.body.code]).toEqual([400, "invalid-input"]);
    expect(answer.body.detail).toContain(reason);
    expect(answer.text.length).toBeLessThan(1000);
    await isAlive();
  });

  it("as large as they may be are taken", async () => {
    const base64 = "A".repeat(7_999_996);
    const body = { type: "circuit", input: { format: "openqasm2", source: { base64 } } };
    expect((await service.call("POST", "/v1/jobs", { body })).status).toBe(202);
    const source = "//".padEnd(7_900_000, " ");
    expect(
      (await service.call("POST", "/v1/jobs", { body: { ...body, input: { ...body.input, source } } })).status,
    ).toBe(202);
    await isAlive();
  });
});
