import { type IncomingMessage, type Server, STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import { AppError } from "../core/errors.ts";
import type { Principal } from "../identity/keys.ts";
import type { EventFeed, EventStream } from "../jobs/event-feed.ts";
import { checked } from "../models/check.ts";
import type { EndReason } from "../models/job-event.ts";
import { type AuthServices, authenticate, bearerToken, requireScope } from "./authenticate.ts";
import { LIMITS } from "./limits.ts";
import { JSON_FRAMES } from "./live-frames.ts";
import type { LiveStreams } from "./live-streams.ts";
import { messageFault } from "./message-fault.ts";
import { problemReply, type ReportError } from "./problem.ts";
import { requestIdOf } from "./request-id.ts";
import { WebSocketQuery } from "./routes/events.ts";
import { withoutUpgrade } from "./without-upgrade.ts";

export interface WebSocketServices extends AuthServices {
  readonly feed: EventFeed;
  readonly streams: LiveStreams;
  readonly reportError: ReportError;
}

const PATH = "/v1/ws";
const PROTOCOL = "ketflow.v1";
/** A browser cannot set headers, and a token in a URL would lie in logs: it comes as a subprotocol, and is never answered. */
const TOKEN_PROTOCOL = /^ketflow\.bearer\.(.+)$/;

/** RFC 6455, 7.4.1. */
const CLOSE_CODES: Readonly<Record<EndReason | "message", number>> = {
  final: 1000,
  stopping: 1001,
  message: 1003,
  "key-not-valid": 1008,
  failed: 1011,
  lagged: 1013,
};

/** Serves `GET /v1/ws` on the upgrades of a server; all its other requests are answered as if they had asked for none. */
export function acceptWebSockets(server: Server, services: WebSocketServices): void {
  const sockets = new WebSocketServer({
    ...{ noServer: true, clientTracking: false, perMessageDeflate: false, maxPayload: LIMITS.webSocketMessageBytes },
    handleProtocols: (offered) => offered.has(PROTOCOL) && PROTOCOL,
  });
  server.on("upgrade", (incoming: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (incoming.headers.upgrade?.toLowerCase() !== "websocket") {
      withoutUpgrade(server, incoming, socket, head);
      return;
    }
    const giveUp = (): void => void socket.destroy();
    socket.on("error", giveUp);
    admit(incoming, services).then(
      ({ stream, principal }) => {
        socket.off("error", giveUp);
        sockets.handleUpgrade(incoming, socket, head, (webSocket) => serve(webSocket, stream, principal, services));
      },
      (error: unknown) => refuse(socket, incoming, error, services),
    );
  });
}

async function admit(
  incoming: IncomingMessage,
  services: WebSocketServices,
): Promise<{ stream: EventStream; principal: Principal }> {
  const fault = messageFault(incoming);
  if (fault !== undefined) throw fault;
  const { pathname, searchParams } = new URL(incoming.url ?? "", "http://localhost");
  if (pathname !== PATH) throw new AppError("not-found", `there is no WebSocket at ${pathname}; it is ${PATH}`);
  const offered = (incoming.headers["sec-websocket-protocol"] ?? "").split(",").map((name) => name.trim());
  const token =
    bearerToken(incoming.headers.authorization) ??
    offered.map((name) => TOKEN_PROTOCOL.exec(name)?.[1]).find((found) => found !== undefined);
  const principal = await authenticate(token, incoming.socket.remoteAddress ?? "", services);
  await services.rateLimits.take(principal.keyId);
  requireScope(principal, "jobs:read");
  if (offered.some((name) => name !== "") && !offered.includes(PROTOCOL)) {
    throw new AppError("invalid-input", `Sec-WebSocket-Protocol: offer ${PROTOCOL}, the protocol spoken here`);
  }
  const { after, job } = checked(WebSocketQuery, Object.fromEntries(searchParams), "query");
  return { stream: await services.feed.open({ tenant: principal.tenant, jobId: job, after }), principal };
}

function serve(
  socket: WebSocket,
  stream: EventStream,
  principal: Principal,
  { streams, reportError }: WebSocketServices,
): void {
  let isAlive = true;
  let isEnding = false;
  let letGo = (): void => undefined;

  function send(frame: Uint8Array): void {
    socket.send(frame, { binary: false });
    if (socket.bufferedAmount > LIMITS.liveBufferBytes) end("lagged");
  }

  function end(reason: EndReason): void {
    if (isEnding) return;
    socket.send(JSON_FRAMES.end(reason), { binary: false });
    close(CLOSE_CODES[reason], reason);
  }

  function close(code: number, reason: string): void {
    isEnding = true;
    letGo();
    socket.close(code, reason);
    const farewell = setTimeout(() => socket.terminate(), LIMITS.liveFarewellMs);
    farewell.unref();
    socket.once("close", () => clearTimeout(farewell));
  }

  socket.on("error", () => undefined); // `ws` closes with the right code by itself.
  socket.on("pong", () => {
    isAlive = true;
  });
  socket.on("message", () => !isEnding && close(CLOSE_CODES.message, "messages are not read here; use the query"));
  socket.on("close", () => {
    isEnding = true;
    letGo();
  });
  try {
    const remove = streams.add({
      principal,
      end,
      beat() {
        if (isAlive) socket.ping();
        else socket.terminate();
        isAlive = false;
      },
    });
    letGo = remove;
    if (stream.isOver) {
      end("final");
      return;
    }
    const stop = stream.follow({
      take(events) {
        for (const event of events) if (!isEnding) send(JSON_FRAMES.event(event));
      },
      progress: (progress) => socket.bufferedAmount === 0 && send(JSON_FRAMES.progress(progress)),
      // An empty ping is written behind everything before it.
      ready: () => new Promise((resolve) => socket.ping(undefined, false, () => resolve())),
      end,
    });
    letGo = () => {
      remove();
      stop();
    };
  } catch (error) {
    // More streams than a tenant may have.
    if (!(error instanceof AppError)) reportError(error);
    close(1013, error instanceof AppError ? error.code : "internal");
  }
}

/** The same problem document as everywhere, in place of the switch. */
function refuse(socket: Duplex, incoming: IncomingMessage, error: unknown, { reportError }: WebSocketServices): void {
  const requestId = requestIdOf((name) => incoming.headers[name]?.toString());
  const { status, headers, body } = problemReply(error, requestId, reportError);
  const length = String(Buffer.byteLength(body ?? ""));
  const all = { ...headers, "x-request-id": requestId, "content-length": length, connection: "close" };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}\r\n${lines.join("\r\n")}\r\n\r\n${body ?? ""}`);
}
