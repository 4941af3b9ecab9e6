import type { CacheMeters } from "./meters.ts";
import { Counter, Gauge, type Registry } from "./prometheus.ts";

export function cacheMeters(registry: Registry): CacheMeters {
  const registers = [registry];
  const lookups = new Counter({
    name: "ketflow_answers_lookups_total",
    help: "Looks for a kept answer of a language model, by where it was found",
    labelNames: ["result"],
    registers,
  });
  const reused = new Counter({
    name: "ketflow_answers_reused_total",
    help: "Chat calls that another call's answer answered: kept, stale, or of a call that was under way",
    labelNames: ["how"],
    registers,
  });
  const dropped = new Counter({
    name: "ketflow_answers_dropped_total",
    help: "Kept answers that went before their time: damaged ones, whose hash did not agree, and those that newer ones crowded out",
    labelNames: ["reason"],
    registers,
  });
  // A rate needs its first value.
  for (const result of ["memory", "shared", "miss"]) lookups.inc({ result }, 0);
  for (const how of ["kept", "stale", "joined"]) reused.inc({ how }, 0);
  for (const reason of ["damaged", "crowded"]) dropped.inc({ reason }, 0);
  return {
    onLookup: (result) => lookups.inc({ result }),
    onReused: (how) => reused.inc({ how }),
    onDrop: (reason) => dropped.inc({ reason }),
    observe(state) {
      new Gauge({
        name: "ketflow_answers_kept",
        help: "Answers of language models in memory",
        registers,
        collect() {
          this.set(state().entries);
        },
      });
      new Gauge({
        name: "ketflow_answers_kept_bytes",
        help: "What they take, compressed",
        registers,
        collect() {
          this.set(state().bytes);
        },
      });
      new Gauge({
        name: "ketflow_redis_up",
        help: "1: Redis answers in time; 0: it does not, and memory alone is used; -1: there is none",
        registers,
        collect() {
          const { isSharedUp } = state();
          this.set(isSharedUp === undefined ? -1 : Number(isSharedUp));
        },
      });
    },
  };
}
