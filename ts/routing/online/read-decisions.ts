import type { DataRow } from "../models/data-row.ts";
import { type ReadPrompt, readPrompt } from "../models/prompt-outline.ts";
import { rowsWithModels } from "../models/read-routing-data.ts";

/** A decision as a file tells it. */
export interface RecordedDecision {
  readonly features: ReadPrompt;
  /** UTF-16 units of the prompt. */
  readonly length: number;
  readonly task: string | undefined;
  /** Place of the model that was asked. */
  readonly model: number;
  /** The chance with which it was asked. */
  readonly chance: number;
  /** 0…1 */
  readonly quality: number;
}

export interface RecordedDecisions {
  readonly models: readonly string[];
  readonly decisions: readonly RecordedDecision[];
}

/**
 * JSON lines: first `{meta: {models}}`, then one decision a line, `{prompt, model, chance, quality, task?}`.
 *
 * @throws {AppError} `invalid-input` or `too-large` with the line and the field
 */
export function readDecisions(text: string): RecordedDecisions {
  const { models, rows } = rowsWithModels(text);
  return { models, decisions: rows.map((row) => decisionOf(row, models)) };
}

function decisionOf(row: DataRow, models: readonly string[]): RecordedDecision {
  const { prompt, model, chance, quality, task } = row.members;
  if (typeof prompt !== "string") throw row.wrong("prompt", "must be a text");
  if (task !== undefined && (typeof task !== "string" || task === "")) throw row.wrong("task", "must be a name");
  const place = typeof model === "string" ? models.indexOf(model) : -1;
  if (place < 0) throw row.wrong("model", `must be one of ${models.join(", ")}`);
  if (typeof chance !== "number" || !(chance > 0 && chance <= 1)) {
    throw row.wrong("chance", "must be a number above 0 and up to 1: how likely this model was to be asked");
  }
  if (typeof quality !== "number" || !(quality >= 0 && quality <= 1)) {
    throw row.wrong("quality", "must be a number, 0 to 1");
  }
  return { features: readPrompt(prompt), length: prompt.length, task, model: place, chance, quality };
}
