import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { AppError, errnoOf, messageOf } from "../core/errors.ts";
import { LIMITS, type SettableLimits } from "./limits.ts";
import { messageFault } from "./message-fault.ts";
import type { Reply } from "./operation.ts";
import { problemReply, type ReportError } from "./problem.ts";
import { requestIdOf } from "./request-id.ts";
import { inTurns } from "./turns.ts";

type Fetch = Parameters<typeof getRequestListener>[0];

/** Node's server with the limits of a connection. What is not HTTP is answered by a problem, too, and its connection closed. */
export function createHttpServer(fetch: Fetch, limits: SettableLimits, report: ReportError): Server {
  const answer = getRequestListener(fetch, {
    // A target or a Host that makes no URL, found before there is a request.
    errorHandler(cause) {
      const isTheirs = cause instanceof Error && cause.constructor.name === "RequestError";
      const error = isTheirs ? new AppError("invalid-input", `request: ${messageOf(cause)}`, { cause }) : cause;
      const { status, headers, body } = problemOf(error, report);
      return new Response(body as BodyInit | null, { status, headers });
    },
  });
  const server = createServer({
    maxHeaderSize: LIMITS.headerBytes,
    // Missing, it is refused with a problem below.
    requireHostHeader: false,
    headersTimeout: limits.headersMs,
    requestTimeout: limits.requestMs,
    connectionsCheckingInterval: limits.checkMs,
    keepAliveTimeout: limits.keepAliveMs,
  });
  const handle = (incoming: IncomingMessage, outgoing: ServerResponse): unknown => {
    const fault = messageFault(incoming);
    if (fault === undefined) return answer(incoming, outgoing);
    const { status, headers, body } = problemOf(fault, report);
    const length = Buffer.byteLength(body ?? "");
    outgoing.writeHead(status, { ...headers, "content-length": length, connection: "close" }).end(body);
  };
  server.on("request", inTurns(server, handle));
  server.maxConnections = limits.connections;
  server.on("clientError", (error, socket) => refuse(error, socket as Socket, report));
  return server;
}

const PHRASES: Readonly<Record<number, string>> = {
  400: "Bad Request",
  408: "Request Timeout",
  413: "Content Too Large",
  431: "Request Header Fields Too Large",
};

function refuse(error: Error, socket: Socket, report: ReportError): void {
  const { _httpMessage: begun } = socket as Socket & { _httpMessage?: ServerResponse };
  // An answer that has begun cannot become another one; a connection that the other side has closed needs none.
  if (!socket.writable || begun?.headersSent || errnoOf(error) === "ECONNRESET") {
    socket.destroy();
    return;
  }
  const [status, reason] = described(error);
  const code = status === 413 || status === 431 ? "too-large" : "invalid-input";
  const { headers, body } = problemOf(new AppError(code, `request: ${reason}`), report);
  const text = JSON.stringify({ ...(JSON.parse(String(body)) as object), status });
  const lines = Object.entries({
    ...headers,
    "content-length": String(Buffer.byteLength(text)),
    connection: "close",
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${PHRASES[status]}\r\n${lines.join("")}\r\n${text}`, () => socket.destroy());
}

function described(error: Error): [status: number, reason: string] {
  switch (errnoOf(error)) {
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return [408, "it did not come in time; send it faster, or in several parts"];
    case "HPE_HEADER_OVERFLOW":
      return [431, `line and headers have more than ${LIMITS.headerBytes} bytes`];
    case "HPE_CHUNK_EXTENSIONS_OVERFLOW":
      return [413, "the extensions of its chunks are too long"];
    default:
      // The parser's reason names no part of what was sent.
      return [400, `not HTTP/1.1: ${(error as { reason?: string }).reason ?? "malformed"}`];
  }
}

/** Of a request that has no id of its own. */
function problemOf(error: unknown, report: ReportError): Reply {
  const requestId = requestIdOf(() => undefined);
  const reply = problemReply(error, requestId, report);
  return { ...reply, headers: { ...reply.headers, "x-request-id": requestId } };
}
