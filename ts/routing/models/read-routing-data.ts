import { AppError } from "../../core/errors.ts";
import { type DataRow, dataRows, isObject } from "./data-row.ts";
import type { CostUnit, RoutingData, RoutingExample } from "./example.ts";
import { readPrompt } from "./prompt-outline.ts";

export const ROUTING_DATA_LIMITS = { models: 64, rows: 1_000_000, tasks: 1000 } as const;

/** The assumption behind `assumed-tokens`. */
const CHARACTERS_PER_TOKEN = 4;
const ANSWER_TOKENS = 200;

/**
 * JSON lines: first `{meta: {models, price_in_out_per_1M?}}`, then one prompt a line, `{prompt, q, task?, cost?}`.
 *
 * @throws {AppError} `invalid-input` or `too-large` with the line and the field
 */
export function readRoutingData(text: string): RoutingData {
  const { header, models, rows } = rowsWithModels(text);
  const costUnit = costUnitOf(header, models, rows[0] as DataRow);
  const prices = costUnit === "assumed-tokens" ? pricesOf(header, models.length) : [];
  const examples = rows.map((row) => exampleOf(row, models.length, costUnit, prices));
  const tasks = new Set(examples.map(({ task }) => task)).size;
  if (tasks > ROUTING_DATA_LIMITS.tasks) {
    throw new AppError("too-large", `${tasks} tasks; at most ${ROUTING_DATA_LIMITS.tasks} are learned`);
  }
  return { models, costUnit, examples };
}

/**
 * The lines of a file whose first one names the models.
 *
 * @returns at least one row
 * @throws {AppError} as {@link readRoutingData}
 */
export function rowsWithModels(text: string): { header: DataRow; models: string[]; rows: DataRow[] } {
  const [header, ...rows] = dataRows(text, ROUTING_DATA_LIMITS.rows + 1);
  if (header === undefined) {
    throw new AppError("invalid-input", "is empty; the first line holds meta", { line: 1, column: 1 });
  }
  const models = modelsOf(header);
  if (rows.length === 0) throw header.wrong("the file", "has no prompts; one a line follows the first");
  return { header, models, rows };
}

function metaOf(header: DataRow): Readonly<Record<string, unknown>> {
  const { meta } = header.members;
  if (!isObject(meta)) throw header.wrong("meta", "is missing: the first line is an object with meta.models");
  return meta;
}

function modelsOf(header: DataRow): string[] {
  const { models } = metaOf(header);
  if (!Array.isArray(models) || !models.every((name) => typeof name === "string" && name !== "")) {
    throw header.wrong("meta.models", "must be a list of names");
  }
  const { models: most } = ROUTING_DATA_LIMITS;
  if (models.length < 2 || models.length > most) {
    throw header.wrong("meta.models", `has ${models.length} models; 2 to ${most} can be routed between`);
  }
  if (new Set(models).size < models.length) throw header.wrong("meta.models", "names a model twice");
  return models;
}

/** Measured costs where the rows have them; calls for a pair; else tokens that have to be assumed. */
function costUnitOf(header: DataRow, models: readonly string[], first: DataRow): CostUnit {
  if (costField(first) !== undefined) return "given";
  if (models.length === 2) return "strong-calls";
  if (metaOf(header).price_in_out_per_1M !== undefined) return "assumed-tokens";
  throw first.wrong("cost", "is missing; give it in each row, or meta.price_in_out_per_1M");
}

function costField({ members }: DataRow): "cost" | "c" | undefined {
  return members.cost !== undefined ? "cost" : members.c !== undefined ? "c" : undefined;
}

function pricesOf(header: DataRow, count: number): Float64Array[] {
  const field = "meta.price_in_out_per_1M";
  const prices = metaOf(header).price_in_out_per_1M;
  if (!Array.isArray(prices) || prices.length !== count)
    throw header.wrong(field, "must have one [in, out] for each model");
  return prices.map((pair, k) => header.numbers(`${field}[${k}]`, pair, 2, Number.MAX_VALUE));
}

function exampleOf(row: DataRow, count: number, costUnit: CostUnit, prices: readonly Float64Array[]): RoutingExample {
  const { prompt, task, q } = row.members;
  if (typeof prompt !== "string") throw row.wrong("prompt", "must be a text");
  if (task !== undefined && (typeof task !== "string" || task === "")) throw row.wrong("task", "must be a name");
  const quality = row.numbers("q", q, count, 1);
  const field = costField(row);
  if ((field !== undefined) !== (costUnit === "given")) {
    throw row.wrong("cost", "stands in some rows only; give it in all of them or in none");
  }
  const cost =
    field !== undefined
      ? row.numbers(field, row.members[field], count, Number.MAX_VALUE)
      : costUnit === "strong-calls"
        ? Float64Array.of(0, 1)
        : Float64Array.from(prices, ([into = 0, out = 0]) => assumedCost(prompt.length, into, out));
  return { prompt, task, features: readPrompt(prompt), quality, cost };
}

/** In the currency of the prices. */
function assumedCost(characters: number, into: number, out: number): number {
  return ((characters / CHARACTERS_PER_TOKEN) * into + ANSWER_TOKENS * out) / 1e6;
}
