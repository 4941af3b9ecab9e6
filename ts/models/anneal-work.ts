// Apart from anneal-result.ts, because workers load this file without the library of schemas.
import type { AnnealResult } from "./anneal.ts";
import { openSections, type Sections } from "./sections.ts";

/** The schema of what an anneal run gives back. */
export const ANNEAL_RESULT_SCHEMA = "anneal-result/1";

/** The sweeps that a run did: what its `sweepLimit` has to be for the same bytes. @throws {AppError} `integrity-violation` */
export function annealWork(container: Uint8Array): AnnealResult["work"] {
  return workOf(openSections(container, ANNEAL_RESULT_SCHEMA));
}

export function workOf(sections: Sections): AnnealResult["work"] {
  const [sweeps, reads] = Array.from(sections.take("work", ["u64"], 2).data, Number);
  return { sweeps: sweeps ?? 0, reads: reads ?? 0 };
}
