import { Counter, Histogram, type Registry } from "./prometheus.ts";
import type { ObservedRequest } from "./request.ts";

const STATUS_CLASSES = ["1xx", "2xx", "3xx", "4xx", "5xx"] as const;
/** Seconds: from a read out of memory to `Prefer: wait=60`. */
const BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60];
/** What Node's parser knows and nobody sends does not become a label. */
const METHODS = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

interface Series {
  readonly operation: string;
  readonly method: string;
  /** By place in {@link STATUS_CLASSES}; taken over by the counter when somebody reads it. */
  readonly counts: number[];
  observeSeconds(seconds: number): void;
}

/** Rate, errors and durations by operation. Gives what is called once a request. */
export function httpMetrics(registry: Registry): (request: ObservedRequest) => void {
  const registers = [registry];
  const series = new Map<string, Series>();
  new Counter({
    name: "ketflow_http_requests_total",
    help: "Answered requests by operation, method and class of status",
    labelNames: ["operation", "method", "status"],
    registers,
    collect() {
      this.reset();
      for (const { operation, method, counts } of series.values()) {
        counts.forEach((count, k) => {
          if (count > 0) this.inc({ operation, method, status: STATUS_CLASSES[k] ?? "" }, count);
        });
      }
    },
  });
  const seconds = new Histogram({
    name: "ketflow_http_request_seconds",
    help: "From a request to its answer; waiting by Prefer: wait is part of it",
    labelNames: ["operation"],
    buckets: BUCKETS,
    registers,
  });
  const unauthenticated = new Counter({
    name: "ketflow_http_failed_authentications_total",
    help: "Requests without a valid key",
    registers,
  });
  const limited = new Counter({
    name: "ketflow_http_rate_limited_total",
    help: "Requests refused by a rate limit: of a key, or of an address without a valid one",
    labelNames: ["by"],
    registers,
  });

  function seriesOf(operation: string, given: string): Series {
    const method = METHODS.has(given) ? given : "other";
    const name = `${operation} ${method}`;
    let found = series.get(name);
    if (found === undefined) {
      const child = seconds.labels(operation);
      found = { operation, method, counts: [0, 0, 0, 0, 0], observeSeconds: (value) => child.observe(value) };
      series.set(name, found);
    }
    return found;
  }

  /** Of each operation its own method; only what matched nothing comes with several. */
  const usual = new Map<string, Series>();

  return (request) => {
    let own = usual.get(request.operation);
    if (own === undefined || own.method !== request.method) {
      own = seriesOf(request.operation, request.method);
      usual.set(request.operation, own);
    }
    const place = Math.floor(request.reply.status / 100) - 1;
    own.counts[place] = (own.counts[place] ?? 0) + 1;
    if (request.seconds !== undefined) own.observeSeconds(request.seconds);
    if (request.code === undefined) return;
    if (request.code === "unauthenticated") unauthenticated.inc();
    else if (request.code === "rate-limited") limited.inc({ by: request.keyId === undefined ? "address" : "key" });
  };
}
