import { AppError } from "../core/errors.ts";
import type { TenantId } from "../core/ids.ts";
import type { Principal } from "../identity/keys.ts";
import type { EndReason } from "../models/job-event.ts";
import { LIMITS } from "./limits.ts";
import { notReady } from "./routes/system.ts";

/** One open stream to one client. */
interface LiveStream {
  readonly principal: Principal;
  /** Gives a sign of life. */
  beat(): void;
  end(reason: EndReason): void;
}

/** All open streams of the service: how many a tenant may have, and until when. */
export interface LiveStreams {
  /**
   * @returns takes it out again; may be called twice
   * @throws {AppError} `quota-exceeded`; `store-unavailable` while the service stops
   */
  add(stream: LiveStream): () => void;
  /** How many are open. */
  count(): number;
  /** Ends all of them. */
  close(): void;
}

export function createLiveStreams(
  isValidKey: (keyId: string) => boolean,
  { liveStreams, liveHeartbeatMs, liveKeyCheckMs }: Pick<typeof LIMITS, LiveLimit> | Record<LiveLimit, number> = LIMITS,
): LiveStreams {
  const streams = new Set<LiveStream>();
  const counts = new Map<TenantId, number>();
  let isStopping = false;

  const heartbeat = setInterval(() => {
    for (const stream of streams) stream.beat();
  }, liveHeartbeatMs);
  const keyCheck = setInterval(() => {
    const valid = new Map<string, boolean>();
    for (const stream of streams) {
      const { keyId } = stream.principal;
      if (!valid.has(keyId)) valid.set(keyId, isValidKey(keyId));
      if (valid.get(keyId) !== true) stream.end("key-not-valid");
    }
  }, liveKeyCheckMs);
  heartbeat.unref();
  keyCheck.unref();

  return {
    add(stream) {
      const { tenant } = stream.principal;
      const open = counts.get(tenant) ?? 0;
      if (isStopping) throw notReady("the service is stopping");
      if (open >= liveStreams) {
        const message = `the tenant has ${open} live streams, the most it may have; close some, or let one serve many readers`;
        throw new AppError("quota-exceeded", message);
      }
      streams.add(stream);
      counts.set(tenant, open + 1);
      return () => {
        if (!streams.delete(stream)) return;
        const left = (counts.get(tenant) ?? 1) - 1;
        if (left === 0) counts.delete(tenant);
        else counts.set(tenant, left);
      };
    },
    count: () => streams.size,
    close() {
      isStopping = true;
      clearInterval(heartbeat);
      clearInterval(keyCheck);
      for (const stream of streams) stream.end("stopping");
    },
  };
}

type LiveLimit = "liveStreams" | "liveHeartbeatMs" | "liveKeyCheckMs";
