import { AppError } from "../../core/errors.ts";
import type { RoutingExample } from "../../routing/models/example.ts";
import { fitModelRouter, type ModelRouter } from "../../routing/models/model-router.ts";
import { type JudgedPolicy, judgeRouter } from "../../routing/online/judge-router.ts";
import type { OffPolicyEstimate } from "../../routing/online/off-policy.ts";
import { readDecisions } from "../../routing/online/read-decisions.ts";
import { curveOf, simulate } from "../../routing/online/simulate.ts";
import type { ExitCode } from "../failure.ts";
import { readData, readLines, readRouterFile, seedOf } from "../read-routing-file.ts";
import { tableLines } from "../table.ts";
import type { Terminal } from "../terminal.ts";

export interface RouteSimulateCommand {
  model?: string;
  runs?: number | string;
  seed?: number | string;
  json?: boolean;
}

export interface RouteJudgeCommand {
  candidate: string;
  against?: string;
  json?: boolean;
}

const RUNS = 5;
const MOST_RUNS = 1000;
/** Requests that the learner may be wrong in; after them it is held to the best single model. */
const LEARNING_REQUESTS = 500;

/** How the online learner would have done: the curve of what it gains over the best single model. */
export async function routeSimulate(file: string, flags: RouteSimulateCommand, terminal: Terminal): Promise<ExitCode> {
  const seed = seedOf(flags.seed);
  const count = flags.runs ?? RUNS;
  if (typeof count !== "number" || count < 1 || count > MOST_RUNS) {
    throw new AppError("invalid-input", `--runs ${count}: must be a whole number, 1 to ${MOST_RUNS}`);
  }
  const { models, examples } = await readData(file, terminal);
  const given = flags.model === undefined ? undefined : await readRouterFile(flags.model, terminal);
  if (given !== undefined) sameModels("the router", given.router.models, models);
  const runs = Array.from({ length: count }, (_, run) => {
    terminal.progress?.(`\rrun ${run + 1} of ${count} `);
    const { router, stream } =
      given === undefined ? fittedToFifth(models, examples, run, seed) : { router: given.router, stream: examples };
    return simulate(router, stream, seed, run);
  });
  terminal.progress?.("\r                \r");
  const { best, curve } = curveOf(runs);
  const rows = requestsTold(curve.length).map((requests) => ({ requests, points: 100 * (curve[requests - 1] ?? 0) }));
  const later = curve.subarray(LEARNING_REQUESTS);
  const worst = later.length === 0 ? null : 100 * later.reduce((a, b) => Math.min(a, b));
  const prior = given === undefined ? "a fifth of the prompts" : `the router ${flags.model}`;
  if (flags.json) {
    const document = { best: models[best], runs: count, prior, seed, curve: rows, worstAfterLearning: worst };
    terminal.print(JSON.stringify(document, null, 2));
    return 0;
  }
  terminal.print(
    `${count} runs, prior: ${prior}; points of quality more than always ${models[best]}, mean over all requests so far`,
  );
  for (const line of tableLines([
    ["requests", "points"],
    ...rows.map(({ requests, points }) => [String(requests), points.toFixed(2)]),
  ])) {
    terminal.print(line);
  }
  if (worst !== null) terminal.print(`least after request ${LEARNING_REQUESTS}: ${worst.toFixed(2)}`);
  return 0;
}

function fittedToFifth(
  models: readonly string[],
  examples: readonly RoutingExample[],
  run: number,
  seed: number,
): { router: ModelRouter; stream: RoutingExample[] } {
  if (examples.length < 10) {
    throw new AppError(
      "invalid-input",
      `${examples.length} prompts are too few to fit a prior; give at least 10, or --model`,
    );
  }
  const known = examples.filter((_, row) => row % 5 === run % 5);
  return { router: fitModelRouter(models, known, seed), stream: examples.filter((_, row) => row % 5 !== run % 5) };
}

/** 100, 200, 500, 1000, …, and the last. */
function requestsTold(last: number): number[] {
  const told: number[] = [];
  for (let power = 100; power < last; power *= 10)
    told.push(...[1, 2, 5].map((k) => k * power).filter((n) => n < last));
  return [...told, last];
}

/** Whether a router is better than what decides now, by decisions whose chances were logged. */
export async function routeJudge(file: string, flags: RouteJudgeCommand, terminal: Terminal): Promise<ExitCode> {
  const { models, decisions } = await readLines(file, terminal, readDecisions);
  const { router } = await readRouterFile(flags.candidate, terminal);
  sameModels("the candidate", router.models, models);
  const { name, policy } = await incumbentOf(flags.against, router, models, terminal);
  const comparison = judgeRouter(decisions, router, policy);
  if (flags.json) {
    terminal.print(JSON.stringify({ against: name, ...comparison }, null, 2));
    return 0;
  }
  const { candidate, incumbent, difference, effective, isBetter } = comparison;
  const row = (title: string, { mean, low, high }: OffPolicyEstimate): string[] => [
    ...[title, mean.toFixed(4), `${low.toFixed(4)} to ${high.toFixed(4)}`],
  ];
  terminal.print(`${decisions.length} decisions, worth ${Math.floor(effective)} of the policies' own`);
  const rows = [row("candidate", candidate), row(name, incumbent), row("difference", difference)];
  for (const line of tableLines([["", "quality", "95 % interval"], ...rows])) terminal.print(line);
  terminal.print(isBetter ? "better: promote the candidate" : "not known to be better: keep what there is");
  return 0;
}

async function incumbentOf(
  against: string | undefined,
  candidate: ModelRouter,
  models: readonly string[],
  terminal: Terminal,
): Promise<{ name: string; policy: JudgedPolicy }> {
  if (against === undefined) {
    const means = candidate.bias.subarray(candidate.tasks.length);
    const model = means.indexOf(Math.max(...means));
    return { name: `always ${models[model]}`, policy: { model } };
  }
  const model = models.indexOf(against);
  if (model >= 0) return { name: `always ${against}`, policy: { model } };
  const { router } = await readRouterFile(against, terminal);
  sameModels("--against", router.models, models);
  return { name: against, policy: { router } };
}

function sameModels(what: string, own: readonly string[], asked: readonly string[]): void {
  if (JSON.stringify(own) === JSON.stringify(asked)) return;
  throw new AppError("invalid-input", `${what} has the models ${own.join(", ")}; the data has ${asked.join(", ")}`);
}
