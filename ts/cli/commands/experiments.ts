import type { AnalyticsView, ExperimentPageView, ExperimentView, NewExperiment, OutcomeView } from "../../client.ts";
import { AppError } from "../../core/errors.ts";
import { grouped } from "../../core/grouped.ts";
import { AnalyticsQuery } from "../../models/analytics.ts";
import { checked } from "../../models/check.ts";
import { CreateExperiment } from "../../models/experiment.ts";
import { readJson } from "../read-json.ts";
import { tableLines } from "../table.ts";
import { asks } from "./ask-service.ts";

export const createExperiment = asks<ExperimentView>(async (client, { args: [file = ""], context }) => {
  const document = await readJson(file, context.terminal);
  checked(CreateExperiment, document, file === "-" ? "<stdin>" : file);
  return { value: await client.experiments.create(document as NewExperiment), lines: experimentLines };
});

export const listExperiments = asks<ExperimentPageView>(async (client, { flags: { limit } }) => ({
  value: await client.experiments.listPage({ limit }),
  lines: ({ experiments, next }) => [
    ...tableLines([
      ["experiment", "version", "status", "state", "of", "calls", "arms"],
      ...experiments.map(({ name, version, status, state, results, ...document }) => [
        ...[name, String(version), status, state, subjectOf(document)],
        grouped(results.reduce((sum, arm) => sum + arm.calls, 0)),
        results.map((arm) => `${arm.name} ${arm.verdict}`).join(", "),
      ]),
    ]),
    ...(next === null ? [] : ["… and older ones: --limit"]),
  ],
}));

export const getExperiment = asks<ExperimentView>(async (client, { args: [name = ""], flags: { version } }) => {
  if (version !== undefined && !(Number.isSafeInteger(version) && version >= 1))
    throw new AppError("invalid-input", `--version ${version}: must be a whole number from 1 on`);
  return { value: await client.experiments.get(name, { version }), lines: experimentLines };
});

export const stopExperiment = asks<ExperimentView>(async (client, { args: [name = ""] }) => ({
  value: await client.experiments.stop(name),
  lines: experimentLines,
}));

export const setOutcome = asks<OutcomeView>(async (client, { args: [decision = "", text = ""] }) => {
  const quality = Number(text);
  if (text.trim() === "" || !(quality >= 0 && quality <= 1))
    throw new AppError("invalid-input", `quality ${text}: must be a number from 0 to 1`);
  return {
    value: await client.experiments.outcome(decision, quality),
    lines: ({ experiment }) => [
      `${decision}  ${quality}  ${experiment === null ? "in no experiment" : `${experiment.name}, arm ${experiment.arm ?? "none yet"}`}`,
    ],
  };
});

export const showAnalytics = asks<AnalyticsView>(async (client, { flags: { from, to, bucket, by } }) => {
  const query = checked(AnalyticsQuery, { from, to, bucket, by }, "analytics");
  return { value: await client.analytics(query), lines: analyticsLines };
});

function analyticsLines({ rows, alerts }: AnalyticsView): string[] {
  const table = tableLines([
    [
      "from",
      "source",
      "strategy",
      "back end",
      "model",
      "count",
      "errors",
      "p50 ms",
      "p95 ms",
      "µUSD",
      "quality",
      "regret",
    ],
    ...rows.map((row) => [
      ...[row.at, row.source ?? "-", row.strategy ?? "-", row.backend ?? "-", row.model ?? "-"],
      ...[
        grouped(row.count),
        grouped(row.errors),
        number(row.latencyMs?.p50 ?? null),
        number(row.latencyMs?.p95 ?? null),
      ],
      ...[grouped(row.costMicroUsd), number(row.quality?.mean ?? null), number(row.regret?.mean ?? null)],
    ]),
  ]);
  const drift = alerts.map(
    ({ at, metric, test, backend, model, reference, recent }) =>
      `${at}  ${metric} of ${model} at ${backend} drifted: mean ${number(reference.mean)} before, ${number(recent.mean)} now (${test})`,
  );
  return [...table, ...drift];
}

function experimentLines(view: ExperimentView): string[] {
  const { name, version, status, state, stopCause, metric, unit, beginsAt, covariate, results } = view;
  return [
    ...tableLines([
      ["experiment", `${name} version ${version}, of ${subjectOf(view)} by ${unit}`],
      ["status", stopCause === null ? status : `${status} (${stopCause})`],
      ["state", state],
      ["since", beginsAt],
      ...(covariate === null
        ? []
        : [["covariate", `explains ${percent(covariate.explained)}, ${covariate.units} units`]]),
    ]),
    ...tableLines([
      ["arm", "units", "calls", "success", "errors", "quality", "ms", "µUSD", `${metric} less the first`, "verdict"],
      ...results.map((arm) => [
        ...[arm.name, grouped(arm.assigned), grouped(arm.calls)],
        ...[
          percent(arm.success),
          percent(arm.errorRate),
          number(arm.quality),
          number(arm.latencyMs),
          number(arm.costMicroUsd),
        ],
        arm.difference === null
          ? "-"
          : `${number(arm.difference.value)} (${number(arm.difference.low)} to ${number(arm.difference.high)})`,
        [arm.verdict, ...arm.broken].join(" "),
      ]),
    ]),
  ];
}

function subjectOf({ calls, jobs }: Pick<ExperimentView, "calls" | "jobs">): string {
  return jobs === undefined ? `calls of ${calls}` : `${jobs} jobs`;
}

function number(value: number | null): string {
  return value === null ? "-" : String(Number(value.toPrecision(3)));
}

function percent(value: number | null): string {
  return value === null ? "-" : `${(100 * value).toFixed(1)} %`;
}
