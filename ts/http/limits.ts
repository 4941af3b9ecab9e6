import { JSON_LIMITS } from "../core/strict-json.ts";

/** Every limit of the HTTP service in one place; docs/api.md prints this table. */
export const LIMITS = {
  /** Body of one request. */
  bodyBytes: 8 * 2 ** 20,
  /** One line of an NDJSON batch. */
  lineBytes: 8 * 2 ** 20,
  /** Values in one JSON text, and how deep they may stand in each other. */
  jsonValues: JSON_LIMITS.values,
  jsonDepth: JSON_LIMITS.depth,
  /** Jobs of one batch. */
  batchJobs: 1000,
  /** Entries of one page of a list. */
  pageSize: 1000,
  defaultPageSize: 50,
  /** `Prefer: wait=SECONDS`. */
  waitSeconds: 60,
  /** Line and headers of a request. */
  headerBytes: 16 * 1024,
  /** From the first byte of a request to the end of its headers, and to the end of its body. */
  headersMs: 10_000,
  requestMs: 60_000,
  /** How often the two times above are looked at. */
  checkMs: 1_000,
  /** Between two requests of a connection. */
  keepAliveMs: 72_000,
  /** Connections at once; more are closed as they come. */
  connections: 10_000,
  /** A stopping service finishes what it has begun for so long. */
  shutdownMs: 25_000,
  /** Live streams of one tenant, SSE and WebSocket together. */
  liveStreams: 5_000,
  /** What one of them may be behind in reading; then it is ended, to be resumed by id. */
  liveBufferBytes: 256 * 1024,
  /** Between two signs of life on one of them; one whose client takes nothing for that long is ended. */
  liveHeartbeatMs: 15_000,
  /** A key that is revoked or expires ends its streams within this. */
  liveKeyCheckMs: 1_000,
  /** The last frames of a stream that is ended may take so long. */
  liveFarewellMs: 5_000,
  /** One message of a WebSocket client; there is none that it needs to send. */
  webSocketMessageBytes: 1_024,
  /** Requests of one key per second. */
  requestsPerSecond: 20_000,
  /** Requests with a wrong key, per address and minute. */
  failedAuthenticationsPerMinute: 60,
  /** Result as JSON; larger ones are fetched as a container. */
  resultJsonBytes: 64 * 2 ** 20,
} as const;

/** Those that an installation may set otherwise. */
export type SettableLimits = {
  readonly [name in
    | "headersMs"
    | "requestMs"
    | "checkMs"
    | "keepAliveMs"
    | "connections"
    | "requestsPerSecond"
    | "failedAuthenticationsPerMinute"]: number;
};

/** What each limit bounds, for the documentation. */
export const LIMIT_TEXTS: { readonly [name in keyof typeof LIMITS]: string } = {
  bodyBytes: "Body of one request, in bytes",
  lineBytes: "One line of an NDJSON batch, in bytes",
  jsonValues: "Values in one JSON text",
  jsonDepth: "Levels of a JSON text",
  batchJobs: "Jobs of one JSON batch; an NDJSON batch has any number",
  pageSize: "Entries of one page of a list",
  defaultPageSize: "Entries of a page where no limit is given",
  waitSeconds: "Prefer: wait=SECONDS",
  headerBytes: "Line and headers of a request, in bytes",
  headersMs: "From the first byte of a request to the end of its headers, in ms",
  requestMs: "From the first byte of a request to the end of its body, in ms",
  checkMs: "How often these two are looked at, in ms",
  keepAliveMs: "Between two requests of a connection, in ms",
  connections: "Connections at once",
  shutdownMs: "A stopping service finishes what it has begun for so long, in ms",
  liveStreams: "Live streams of one tenant, SSE and WebSocket together",
  liveBufferBytes: "What a live stream may be behind in reading, in bytes; then it ends, to be resumed by id",
  liveHeartbeatMs: "Between two signs of life on a live stream, in ms",
  liveKeyCheckMs: "A key that is revoked or expires ends its live streams within this, in ms",
  liveFarewellMs: "The last frames of a live stream that ends may take so long, in ms",
  webSocketMessageBytes: "One message of a WebSocket client, in bytes",
  requestsPerSecond: "Requests of one key per second",
  failedAuthenticationsPerMinute: "Requests with a wrong key, per address and minute",
  resultJsonBytes: "Container of a result that is still given as JSON, in bytes",
};
