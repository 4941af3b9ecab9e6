import type { InferResult } from "./infer.ts";
import type { ResultContainer } from "./result-container.ts";
import { finite, openSections, wrongResult } from "./sections.ts";

/** The schema of what an infer run gives back. */
const INFER_RESULT_SCHEMA = "infer-result/1";

/**
 * The JSON view of an `infer-result/1` container. Each number is the shortest decimal that is read back as the same f32.
 *
 * @throws {AppError} `integrity-violation` when the container is malformed
 */
export function toInferResult(container: Uint8Array | ResultContainer): InferResult {
  const sections = openSections(container, INFER_RESULT_SCHEMA);
  const argmax = Array.from(sections.take("argmax", ["u32"], "any").data);
  const outputs = sections.take("outputs", ["f32"], argmax.length, "any");
  const actions = outputs.dims[1] ?? 0;
  const at = argmax.findIndex((index) => index >= actions);
  if (at >= 0) throw wrongResult(INFER_RESULT_SCHEMA, `argmax[${at}] is ${argmax[at]}, there are ${actions} outputs`);
  const values = finite(outputs);
  sections.end();
  return { outputs: argmax.map((_, row) => values.slice(row * actions, (row + 1) * actions)), argmax };
}
