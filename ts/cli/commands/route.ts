import { gunzipSync } from "node:zlib";
import { fromUtf8 } from "../../core/bytes.ts";
import { AppError, messageOf } from "../../core/errors.ts";
import { MAX_SEED } from "../../core/random.ts";
import { crossValidate, evaluateRouter } from "../../routing/models/cross-validation.ts";
import type { Evaluation } from "../../routing/models/evaluation.ts";
import type { CostUnit, RoutingData } from "../../routing/models/example.ts";
import { fitModelRouter } from "../../routing/models/model-router.ts";
import { readRoutingData } from "../../routing/models/read-routing-data.ts";
import { readRouter, writeRouter } from "../../routing/models/router-snapshot.ts";
import { evaluationLines } from "../evaluation-text.ts";
import { type ExitCode, FailureIn, within } from "../failure.ts";
import { readBytes } from "../read-input.ts";
import type { Terminal } from "../terminal.ts";
import { writeOutput } from "../write-output.ts";

/** Also of what gzip unpacks to. */
const MAX_DATA_BYTES = 256 * 1024 * 1024;

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
  const source = text(await readBytes(file, terminal), file);
  const { router, costUnit } = await within({ name: file, source: "" }, async () => readRouter(source));
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

function seedOf(value: number | string | undefined): number {
  if (value === undefined) return 0;
  if (typeof value === "number" && value <= MAX_SEED) return value;
  throw new AppError("invalid-input", `--seed ${value}: must be a whole number, 0 to ${MAX_SEED}`);
}

async function readData(file: string, terminal: Terminal): Promise<RoutingData> {
  const name = file === "-" ? "<stdin>" : file;
  const source = text(unpacked(await readBytes(file, terminal), name), name);
  try {
    return readRoutingData(source);
  } catch (cause) {
    throw new FailureIn({ name, source }, cause);
  }
}

function unpacked(bytes: Uint8Array, name: string): Uint8Array {
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  if (!isGzip) return bytes;
  try {
    return gunzipSync(bytes, { maxOutputLength: MAX_DATA_BYTES });
  } catch (cause) {
    if (cause instanceof RangeError) throw tooLarge(name);
    throw new AppError("invalid-input", `${name}: not whole gzip: ${messageOf(cause)}`, { cause });
  }
}

function text(bytes: Uint8Array, name: string): string {
  if (bytes.length > MAX_DATA_BYTES) throw tooLarge(name);
  try {
    return fromUtf8(bytes);
  } catch (cause) {
    throw new AppError("invalid-input", `${name}: not UTF-8 text`, { cause });
  }
}

function tooLarge(name: string): AppError {
  return new AppError("too-large", `${name}: more than ${MAX_DATA_BYTES} bytes; give fewer examples`);
}
