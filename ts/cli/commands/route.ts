import { AppError } from "../../core/errors.ts";
import { crossValidate, evaluateRouter } from "../../routing/models/cross-validation.ts";
import type { Evaluation } from "../../routing/models/evaluation.ts";
import type { CostUnit, RoutingData } from "../../routing/models/example.ts";
import { fitModelRouter } from "../../routing/models/model-router.ts";
import { writeRouter } from "../../routing/models/router-snapshot.ts";
import { evaluationLines } from "../evaluation-text.ts";
import type { ExitCode } from "../failure.ts";
import { readData, readRouterFile, seedOf } from "../read-routing-file.ts";
import type { Terminal } from "../terminal.ts";
import { writeOutput } from "../write-output.ts";

export interface RouteFitCommand {
  out: string;
  seed?: number | string;
}

export interface RouteEvaluateCommand {
  model?: string;
  train?: string;
  seed?: number | string;
  json?: boolean;
}

export async function routeFit(file: string, flags: RouteFitCommand, terminal: Terminal): Promise<ExitCode> {
  const seed = seedOf(flags.seed);
  const { models, costUnit, examples } = await readData(file, terminal);
  const { text, contentHash } = writeRouter(fitModelRouter(models, examples, seed), costUnit);
  if (flags.out === "-") terminal.print(text.trimEnd());
  else {
    await writeOutput(flags.out, text, terminal);
    terminal.print(`${flags.out}: ${models.length} models, ${examples.length} prompts, sha256 ${contentHash}`);
  }
  return 0;
}

export async function routeEvaluate(file: string, flags: RouteEvaluateCommand, terminal: Terminal): Promise<ExitCode> {
  const seed = seedOf(flags.seed);
  if (flags.train !== undefined && flags.model === undefined) {
    throw new AppError("invalid-input", "--train: needs --model; without it the data is split");
  }
  const data = await readData(file, terminal);
  const judged =
    flags.model === undefined
      ? { how: "5-fold cross-validation", evaluation: crossValidated(data, seed, terminal) }
      : {
          how: `the router ${flags.model}`,
          evaluation: await judgeRouter(data, flags.model, flags.train, seed, terminal),
        };
  const { models, costUnit, examples } = data;
  if (flags.json) {
    const document = { prompts: examples.length, models, costUnit, judgedBy: judged.how, seed, ...judged.evaluation };
    terminal.print(JSON.stringify(document, null, 2));
  } else {
    terminal.print(`${examples.length} prompts, ${models.length} models, judged by ${judged.how}; ${COSTS[costUnit]}`);
    for (const line of evaluationLines(judged.evaluation)) terminal.print(line);
  }
  return 0;
}

const COSTS: Readonly<Record<CostUnit, string>> = {
  given: "costs as the rows give them",
  "strong-calls": "cost = share of calls of the second model",
  "assumed-tokens": "cost = price × (characters / 4 in, 200 out), an assumption",
};

function crossValidated(data: RoutingData, seed: number, terminal: Terminal): Evaluation {
  if (data.examples.length < 10) {
    throw new AppError(
      "invalid-input",
      `${data.examples.length} prompts cannot be split into fifths; give at least 10`,
    );
  }
  const evaluation = crossValidate(data, seed, (fold, of) => terminal.progress?.(`\rfold ${fold} of ${of} `));
  terminal.progress?.("\r                \r");
  return evaluation;
}

async function judgeRouter(
  data: RoutingData,
  file: string,
  train: string | undefined,
  seed: number,
  terminal: Terminal,
): Promise<Evaluation> {
  const { router, costUnit } = await readRouterFile(file, terminal);
  const known = train === undefined ? undefined : await readData(train, terminal);
  for (const { name, of } of [
    { name: "the router", of: { models: router.models, costUnit } },
    ...(known ? [{ name: "--train", of: known }] : []),
  ]) {
    const isSame = of.costUnit === data.costUnit && JSON.stringify(of.models) === JSON.stringify(data.models);
    if (isSame) continue;
    const message = `${name} has the models ${of.models.join(", ")} and costs ${of.costUnit}; the data has ${data.models.join(", ")} and ${data.costUnit}`;
    throw new AppError("invalid-input", message);
  }
  return evaluateRouter(data, router, known?.examples, seed);
}
