import { freshBytes } from "../core/random.ts";

const TRACEPARENT = /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}/;
const REQUEST_ID = /^[A-Za-z0-9._-]{8,64}$/;

/** The trace id of W3C Trace Context, else the caller's X-Request-Id, else a fresh one of 128 bits. */
export function requestIdOf(header: (name: string) => string | undefined): string {
  const parent = header("traceparent");
  const trace = parent === undefined ? undefined : TRACEPARENT.exec(parent)?.[1];
  if (trace !== undefined && !/^0+$/.test(trace)) return trace;
  const given = header("x-request-id");
  return given !== undefined && REQUEST_ID.test(given) ? given : freshId();
}

function freshId(): string {
  return Buffer.from(freshBytes(16).buffer).toString("hex");
}
