import { performance } from "node:perf_hooks";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** How often it is looked at, milliseconds. */
const LOOK_MS = 2_000;
/** Parts of the time between two looks in which the event loop was at work. */
const BUSY = 0.5;
const IDLE = 0.02;

/**
 * Keeps the memory of a process small while it has little to do. V8 lets its young generation grow to 32 MB, which loading a
 * program is enough for, and gives nothing of it back to a process that is idle, since it collects only where something is
 * allocated. Here it grows while the event loop is busy for longer than a start takes; when that is over, all garbage is collected.
 *
 * @returns looks no longer
 */
export function spareMemory(): () => void {
  let collections = 0;
  let wasBusy = false;
  let last = performance.eventLoopUtilization();
  letGrow(false);
  setFlagsFromString(`--wasm-tiering-budget=${TIERING_BUDGET}`);
  const timer = setInterval(() => {
    const { utilization } = performance.eventLoopUtilization(last);
    const isBusy = utilization > BUSY;
    letGrow(isBusy && wasBusy);
    wasBusy = isBusy;
    if (utilization > IDLE) collections = 0;
    else if (collections < COLLECTIONS) {
      collections++;
      collect();
    }
    // From here, so that a collection is no sign of work.
    last = performance.eventLoopUtilization();
  }, LOOK_MS);
  timer.unref();
  return () => clearInterval(timer);
}

/** V8 reads this flag whenever the young generation is full; those for its size only at the start of the process. */
function letGrow(mayGrow: boolean): void {
  setFlagsFromString(`--semi-space-growth-factor=${mayGrow ? 2 : 1}`);
}

/**
 * Ten times V8's own: signing is compiled with all optimisations by a service that does it often. One that only signed the head of its
 * log at the start would keep 8 MB for that, which the compiler's threads have freed and the allocator does not give back.
 */
const TIERING_BUDGET = 18_000_000;

/** After so many collections in which it was not run V8 drops the compiled form of a function (`--bytecode-old-age`), and more than one. */
const COLLECTIONS = 7;

/** Compacts, too: the heap of a service that has just started is a fifth holes. About 20 ms, in which a request waits. */
function collect(): void {
  setFlagsFromString("--expose-gc");
  setFlagsFromString("--compact-on-every-full-gc");
  const gc = runInNewContext("gc") as () => void;
  gc();
  setFlagsFromString("--no-compact-on-every-full-gc");
  setFlagsFromString("--no-expose-gc");
}
