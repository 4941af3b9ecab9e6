import { formatTime } from "../core/clock.ts";
import type { ExperimentView } from "../models/experiment.ts";
import type { ArmVerdict } from "../routing/experiments/judge.ts";
import { judgementOf } from "./judgement.ts";
import { type ExperimentVersion, PRE_PERIOD } from "./store.ts";
import { type ArmRecord, EMPTY_ARM } from "./tallies.ts";

/** An experiment as the API shows it, judged now. */
export function viewExperiment(
  experiment: ExperimentVersion,
  records: ReadonlyMap<number, ArmRecord>,
  now: number,
): ExperimentView {
  const { name, version, document, createdAt, createdBy, stopped } = experiment;
  const beginsAt = createdAt + document.prePeriodMs;
  const arms = document.arms.map((_, k) => records.get(k) ?? EMPTY_ARM);
  const { judgement, covariate } = judgementOf(document, arms);
  const verdicts = judgement.state === "sample-ratio-mismatch" ? [] : judgement.arms;
  return {
    ...document,
    ...{ name, version, createdAt: formatTime(createdAt), createdBy, beginsAt: formatTime(beginsAt) },
    status: stopped !== null ? "stopped" : now < beginsAt ? "pre-period" : "running",
    stoppedAt: stopped && formatTime(stopped.at),
    stopCause: stopped?.cause ?? null,
    state: judgement.state,
    covariate: covariate && { units: records.get(PRE_PERIOD)?.assigned ?? 0, ...covariate },
    results: arms.map((record, k) =>
      viewArm(document.arms[k]?.name ?? "", record, k > 0 ? verdicts[k - 1] : undefined, k),
    ),
  };
}

function viewArm(
  name: string,
  { assigned, calls, tallies }: ArmRecord,
  verdict: ArmVerdict | undefined,
  place: number,
): ExperimentView["results"][number] {
  const mean = (counted: keyof ArmRecord["tallies"]): number | null => {
    const tally = tallies[counted];
    return tally === undefined ? null : tally.sum / tally.n;
  };
  const { difference } = verdict ?? {};
  return {
    ...{ name, assigned, calls },
    ...{ success: mean("success"), errorRate: mean("errors"), quality: mean("quality") },
    qualityUnits: tallies.quality?.n ?? 0,
    ...{ latencyMs: mean("latency"), slow: mean("slow"), costMicroUsd: mean("cost") },
    difference: difference
      ? { value: difference.value, low: finite(difference.low), high: finite(difference.high) }
      : null,
    verdict: place === 0 ? "first" : (verdict?.verdict ?? "open"),
    broken: [...(verdict?.broken ?? [])],
  };
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
