import { AppError } from "../../ts/core/errors.ts";
import type { RouteDecision } from "../../ts/models/route.ts";
import type { Provider } from "../../ts/providers/provider.ts";
import { fakeProvider, fakeRoute, fakeRun } from "./fixtures.ts";

export interface Gate {
  readonly provider: Provider;
  /** Seeds in the order in which they began. */
  readonly begun: number[];
  /** How many run now, and the most that ever did. */
  readonly load: { now: number; most: number };
  /** Resolves when `count` runs have begun. */
  reached(count: number): Promise<void>;
  /** Lets the run of this seed end. */
  release(seed: number): void;
}

/** A back end whose runs end when the test says so, or when they are told to stop. */
export function createGate(id = "embedded"): Gate {
  const begun: number[] = [];
  const load = { now: 0, most: 0 };
  const open = new Map<number, () => void>();
  const waiting: { count: number; resolve: () => void }[] = [];
  const provider = fakeProvider(id, (job, { signal }) => {
    begun.push(job.seed);
    load.most = Math.max(load.most, ++load.now);
    for (const { count, resolve } of waiting) if (begun.length >= count) resolve();
    return new Promise((resolve, reject) => {
      const end = (settle: () => void) => () => {
        if (open.delete(job.seed)) load.now--;
        settle();
      };
      open.set(
        job.seed,
        end(() => resolve(fakeRun(job))),
      );
      signal.addEventListener(
        "abort",
        end(() => reject(new AppError("cancelled", String(signal.reason)))),
      );
    });
  });
  return {
    ...{ provider, begun, load },
    reached: (count) =>
      new Promise((resolve) => (begun.length >= count ? resolve() : waiting.push({ count, resolve }))),
    release: (seed) => open.get(seed)?.(),
  };
}

/** To the embedded back end, for a minute by its prediction. */
export function longRoute(): RouteDecision {
  const route = fakeRoute(["embedded"]);
  const candidates = route.candidates.map((candidate) => ({
    ...candidate,
    predicted: { ...candidate.predicted, executionMs: 60_000 },
  }));
  return { ...route, candidates };
}
