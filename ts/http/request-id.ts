import { randomBytes } from "node:crypto";

const TRACEPARENT = /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}/;
const REQUEST_ID = /^[A-Za-z0-9._-]{8,64}$/;

/** The trace id of W3C Trace Context, else the caller's X-Request-Id, else a fresh one of 128 bits. */
export function requestIdOf(headers: Headers): string {
  const trace = TRACEPARENT.exec(headers.get("traceparent") ?? "")?.[1];
  if (trace !== undefined && !/^0+$/.test(trace)) return trace;
  const given = headers.get("x-request-id");
  return given !== null && REQUEST_ID.test(given) ? given : freshId();
}

/** Random bytes are drawn for many ids at once: one call of the operating system costs more than an id. */
const POOL_BYTES = 4096;
let pool = Buffer.alloc(0);
let used = 0;

function freshId(): string {
  if (used >= pool.length) {
    pool = randomBytes(POOL_BYTES);
    used = 0;
  }
  const id = pool.toString("hex", used, used + 16);
  used += 16;
  return id;
}
