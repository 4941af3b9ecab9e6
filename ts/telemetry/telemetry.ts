import type { JobId } from "../core/ids.ts";
import type { Log } from "../core/log.ts";
import type { Store } from "../jobs/store.ts";
import { cacheMeters } from "./cache-metrics.ts";
import { faultOf, hidden } from "./fault.ts";
import { type HouseReadings, houseMeters, houseMetrics } from "./house-metrics.ts";
import { httpMetrics } from "./http-metrics.ts";
import { jobMetrics } from "./job-metrics.ts";
import type { KeyedHash } from "./keyed-hash.ts";
import { logJob, logRequest } from "./log-lines.ts";
import type { CacheMeters, Meters } from "./meters.ts";
import { processMetrics } from "./process-metrics.ts";
import { Registry } from "./prometheus.ts";
import type { ObservedRequest } from "./request.ts";

/** Where an error came up, as far as it is known. */
interface Whereabouts {
  readonly requestId?: string | undefined;
  readonly operation?: string | undefined;
  readonly tenant?: string | undefined;
  readonly keyId?: string | undefined;
  readonly jobId?: JobId | undefined;
}

/** What the service tells its operators: metrics and log. */
export interface Telemetry {
  readonly meters: Meters;
  readonly cache: CacheMeters;
  onRequest(request: ObservedRequest): void;
  onError(error: unknown, where?: Whereabouts): void;
  /** Of the engines' process, whose words are not ours. */
  onEnginePrinted(text: string): void;
  /** Begins to observe an open house. Call it once, before its jobs start. */
  observe(house: HouseReadings & { readonly store: Store; readonly hash: KeyedHash }): Promise<void>;
  /** In the text format of Prometheus. */
  metrics(): Promise<{ contentType: string; text: string }>;
  close(): void;
}

export function createTelemetry(log: Log): Telemetry {
  const registry = new Registry();
  const countRequest = httpMetrics(registry);
  const meters = houseMeters(registry);
  const cache = cacheMeters(registry);
  const stopSampling = processMetrics(registry);
  let hash: KeyedHash | undefined;
  return {
    ...{ meters, cache },
    onRequest(request) {
      countRequest(request);
      logRequest(log, request);
    },
    onError(error, { requestId: traceId, operation, tenant, keyId, jobId } = {}) {
      log.error("service.failed", { traceId, operation, tenant, keyId, jobId, fault: faultOf(error, hash) });
    },
    onEnginePrinted(text) {
      log.error("engines.printed", { fault: { type: "output", ...hidden(text.trimEnd(), hash), stack: [] } });
    },
    async observe(house) {
      const keyed = house.hash;
      hash = keyed;
      houseMetrics(registry, house);
      await jobMetrics(registry, house.store, house.clock);
      house.store.subscribe((job, before) => logJob(log, keyed, job, before));
    },
    metrics: async () => ({ contentType: registry.contentType, text: await registry.metrics() }),
    close() {
      stopSampling();
      log.flush();
    },
  };
}
