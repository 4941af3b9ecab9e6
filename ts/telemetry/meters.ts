import type { CacheDrop, CacheLookup, ContentCache } from "../cache/content-cache.ts";
import type { ChatOutcome } from "../chat/call-record.ts";
import type { Reused } from "../chat/reuse.ts";
import type { DriftAlert } from "../models/analytics.ts";
import type { ExperimentView } from "../models/experiment.ts";
import type { Quotas } from "../models/tenant.ts";

// In a file without the library of metrics, whose parts have no types for those who use the package's.

/** What the services below call while they work. */
export interface Meters {
  /** A group of writes was committed. */
  onCommit(writes: number, seconds: number): void;
  /** A head of the log was signed and written. */
  onSigned(seconds: number): void;
  onQuotaRefused(quota: keyof Quotas): void;
  /** A call of a language model that was sent somewhere has ended. */
  onCall(outcome: ChatOutcome, seconds: number): void;
  /** An experiment ended, by itself or because somebody asked. */
  onExperimentStop(cause: NonNullable<ExperimentView["stopCause"]>): void;
  /** A tenant's calls or jobs have changed. */
  onDrift(metric: DriftAlert["metric"]): void;
}

/** What the cache of chat answers calls while it works. */
export interface CacheMeters {
  onLookup(result: CacheLookup): void;
  onDrop(reason: CacheDrop): void;
  /** A call was answered by another one's answer. */
  onReused(how: Reused["how"]): void;
  /** Once, when it is open. */
  observe(state: ContentCache["state"]): void;
}
