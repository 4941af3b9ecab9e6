import { readdir } from "node:fs/promises";
import { type IntervalHistogram, monitorEventLoopDelay } from "node:perf_hooks";
import { Counter, Gauge, type Registry } from "./prometheus.ts";

const NANOSECONDS = 1e9;
const RESOLUTION_MS = 20;

/**
 * The few of prom-client's default metrics that alerts are made of, under its names: all of them would add an observer of the
 * garbage collector and 60 series.
 *
 * @returns stops the sampling
 */
export function processMetrics(registry: Registry): () => void {
  const registers = [registry];
  const lag = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  lag.enable();
  new Gauge({
    name: "nodejs_eventloop_lag_seconds",
    help: "How late the event loop was since the last reading: p50, p99 and max",
    labelNames: ["quantile"],
    registers,
    collect() {
      // What it records is the distance of two timers, so the resolution itself is no lag.
      const late = (nanoseconds: number): number => Math.max(0, nanoseconds / NANOSECONDS - RESOLUTION_MS / 1000);
      this.set({ quantile: "0.5" }, late(percentileOf(lag, 50)));
      this.set({ quantile: "0.99" }, late(percentileOf(lag, 99)));
      this.set({ quantile: "1" }, late(lag.count === 0 ? 0 : lag.max));
      lag.reset();
    },
  });
  new Counter({
    name: "process_cpu_seconds_total",
    help: "User and system time, all threads",
    registers,
    collect() {
      const { user, system } = process.cpuUsage();
      this.reset();
      this.inc((user + system) / 1e6);
    },
  });
  new Gauge({
    name: "process_resident_memory_bytes",
    help: "Resident memory, engine workers included",
    registers,
    collect() {
      this.set(process.memoryUsage.rss());
    },
  });
  new Gauge({
    name: "nodejs_heap_size_used_bytes",
    help: "Used heap of the main thread",
    registers,
    collect() {
      this.set(process.memoryUsage().heapUsed);
    },
  });
  new Gauge({
    name: "process_open_fds",
    help: "Open file descriptors; Linux only",
    registers,
    async collect() {
      const open = process.platform === "linux" ? await readdir("/proc/self/fd") : [];
      this.set(open.length);
    },
  });
  new Gauge({
    name: "process_start_time_seconds",
    help: "Since 1970",
    registers,
  }).set(performance.timeOrigin / 1000);
  return () => lag.disable();
}

function percentileOf(lag: IntervalHistogram, percentile: number): number {
  return lag.count === 0 ? 0 : lag.percentile(percentile);
}
