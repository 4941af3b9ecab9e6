import { fitModelRouter } from "../../ts/routing/models/model-router.ts";
import { readPrompt } from "../../ts/routing/models/prompt-outline.ts";
import { writeRouter } from "../../ts/routing/models/router-snapshot.ts";

/** What the two families of the fixture's prompts look like. */
export const MATHS_PROMPT = "Compute the integral of x squared plus 3 and show each step";
export const POEM_PROMPT = "Write a poem about the sea and the wind in spring";

/**
 * A fitted router of two models: the first answers poems well, the second everything.
 *
 * @returns what `ketflow route fit` would write
 */
export function routerOf(models: readonly [string, string]): Record<string, unknown> {
  const example = (prompt: string, task: string, quality: number[]) => ({
    ...{ prompt, task, features: readPrompt(prompt) },
    quality: Float64Array.from(quality),
    cost: Float64Array.from([1, 10]),
  });
  const examples = Array.from({ length: 40 }, (_, k) => [
    example(`${MATHS_PROMPT} for case ${k}`, "maths", [0, 1]),
    example(`${POEM_PROMPT}, number ${k}`, "poems", [1, 1]),
  ]).flat();
  return JSON.parse(writeRouter(fitModelRouter(models, examples, 0), "given").text) as Record<string, unknown>;
}
