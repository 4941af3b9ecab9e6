import type { Candidate, RouteDecision } from "../models/route.ts";

/** The decision as lines of text for `--explain`: the rule, a table of the candidates, and why some could not be chosen. */
export function explainRoute(decision: RouteDecision): string[] {
  const header = [
    "",
    "back end",
    "score",
    "± sd",
    "queue ms",
    "run ms",
    "cost USD",
    "fidelity",
    ...decision.strategies,
  ];
  const order = [decision.chosen, ...decision.fallbacks];
  const eligible = order.flatMap((id) => decision.candidates.filter((candidate) => candidate.backend === id));
  const rows = eligible.map((candidate) => row(candidate, candidate.backend === decision.chosen ? ">" : ""));
  const refused = decision.candidates.filter((candidate) => !candidate.eligible);
  const { first, experiment } = decision;
  return [
    ...(experiment ? [`experiment: ${experiment.name}, version ${experiment.version}, ${armOf(experiment)}`] : []),
    `route: ${decision.collapse} over ${strategiesOf(decision)} (seed ${decision.seed})${first ? ` behind ${first}` : ""} chose ${decision.chosen}`,
    ...table([header, ...rows]),
    ...refused.map(
      (candidate) => `   ${candidate.backend} is not eligible: ${candidate.reason ?? "no reason recorded"}`,
    ),
  ];
}

function armOf({ arm }: NonNullable<RouteDecision["experiment"]>): string {
  return arm === null ? "pre-period" : `arm ${arm}`;
}

function strategiesOf({ strategies, weights, costQuality }: RouteDecision): string {
  const named = strategies.map((strategy, k) => {
    const weight = weights?.[k] ?? 1;
    return weight === 1 ? strategy : `${strategy} × ${weight}`;
  });
  return named.join(" + ") + (costQuality ? `, λ = ${costQuality.lambda}` : "");
}

function row({ backend, mean, variance, predicted, scores }: Candidate, mark: string): string[] {
  return [
    mark,
    backend,
    mean.toFixed(4),
    Math.sqrt(variance).toFixed(4),
    duration(predicted.queueMs),
    duration(predicted.executionMs),
    (predicted.costMicroUsd / 1_000_000).toFixed(6),
    predicted.fidelity.toFixed(4),
    ...scores.map((score) => score.mean.toFixed(4)),
  ];
}

function duration(ms: number): string {
  return ms < 100 ? ms.toFixed(2) : ms.toFixed(0);
}

/** The first two columns to the left, numbers to the right. */
function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((cells) => cells[column]?.length ?? 0)));
  return rows.map((cells) =>
    cells
      .map((cell, column) => (column < 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join("  ")
      .trimEnd(),
  );
}
