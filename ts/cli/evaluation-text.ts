import type { Evaluation, Interval } from "../routing/models/evaluation.ts";
import { tableLines } from "./table.ts";

const percent = (value: number): string => `${(100 * value).toFixed(1)} %`;
const orDash = (value: number | null | undefined): string => (value == null ? "-" : percent(value));
const range = ({ low, high }: Interval): string => `${(100 * low).toFixed(1)} to ${(100 * high).toFixed(1)}`;

/** The tables of `route evaluate`: what is reached without learning, what policies gain, and whether the gain is noise. */
export function evaluationLines({ rows, differences, singles, random, oracle }: Evaluation): string[] {
  const cheapest = singles.reduce((a, b) => (b.cost < a.cost ? b : a));
  const best = singles.reduce((a, b) => (b.quality > a.quality ? b : a));
  const isPair = singles.length === 2;
  const bounds = [
    ["", "quality", "cost, best single = 100"],
    ...Object.entries({
      random,
      [`cheapest: ${cheapest.model}`]: cheapest,
      [`best single: ${best.model}`]: best,
      oracle,
    }).map(([name, { quality, cost }]) => [name, quality.toFixed(4), ((100 * cost) / best.cost).toFixed(1)]),
  ];
  const policies = rows.map(({ name, figures, liftInterval }) => [
    name,
    percent(figures.aiqLift),
    range(liftInterval),
    orDash(figures.costFor95),
    ...(isPair ? [(figures.apgr ?? 0).toFixed(3), orDash(figures.cpt50), orDash(figures.cpt80)] : []),
  ]);
  const heads = ["policy", "AIQ lift", "95 % interval", "cost for 95 % of best"];
  const pairHeads = isPair ? ["APGR", "CPT(50)", "CPT(80)"] : [];
  const apart = differences.map(
    ({ name, lift, interval }) =>
      `ketflow less ${name}: ${(100 * lift).toFixed(1)} points of lift, 95 % interval ${range(interval)}`,
  );
  return ["", ...tableLines(bounds), "", ...tableLines([[...heads, ...pairHeads], ...policies]), "", ...apart];
}
