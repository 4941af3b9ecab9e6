/** Every limit of the HTTP service in one place; docs/api.md prints this table. */
export const LIMITS = {
  /** Body of one request. */
  bodyBytes: 8 * 2 ** 20,
  /** One line of an NDJSON batch. */
  lineBytes: 8 * 2 ** 20,
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
  /** Between two requests of a connection. */
  keepAliveMs: 72_000,
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
  /** Requests without a valid key, per address and minute. */
  failedAuthenticationsPerMinute: 60,
  /** Result as JSON; larger ones are fetched as a container. */
  resultJsonBytes: 64 * 2 ** 20,
} as const;
