import type { RoutingExample } from "./example.ts";
import { HASHED, type SparseVector } from "./prompt-features.ts";

/** The size that did best on the development data among 20, 50 and 100. */
const NEIGHBOURS = 50;

/**
 * The mean quality over the 50 nearest examples by cosine of the hashed features, for each prompt: the rival that `route evaluate`
 * compares with. It keeps every example and takes milliseconds, so it routes nothing.
 */
export function neighbourQualities(
  examples: readonly RoutingExample[],
  prompts: readonly SparseVector[],
): Float64Array[] {
  const postings = postingsOf(examples);
  const similarity = new Float64Array(examples.length);
  return prompts.map(({ indices, values }) => {
    similarity.fill(0);
    for (let n = 0; n < indices.length; n++) {
      const posting = postings[indices[n] ?? 0];
      if (posting === undefined) continue; // a surface feature, which has no part in the cosine
      const value = values[n] ?? 0;
      const { rows, weights } = posting;
      for (let k = 0; k < rows.length; k++) {
        const row = rows[k] ?? 0;
        similarity[row] = (similarity[row] ?? 0) + value * (weights[k] ?? 0);
      }
    }
    const nearest = Array.from(similarity, (_, row) => row)
      .sort((a, b) => (similarity[b] ?? 0) - (similarity[a] ?? 0) || a - b)
      .slice(0, NEIGHBOURS);
    return meanQuality(nearest.map((row) => examples[row] as RoutingExample));
  });
}

export function meanQuality(examples: readonly RoutingExample[]): Float64Array {
  const mean = new Float64Array(examples[0]?.quality.length ?? 0);
  for (const { quality } of examples)
    for (let k = 0; k < mean.length; k++) mean[k] = (mean[k] ?? 0) + (quality[k] ?? 0);
  return mean.map((sum) => sum / examples.length);
}

function postingsOf(examples: readonly RoutingExample[]): { rows: number[]; weights: number[] }[] {
  const postings = Array.from({ length: HASHED }, () => ({ rows: [] as number[], weights: [] as number[] }));
  examples.forEach(({ features: { indices, values } }, row) => {
    for (let n = 0; n < indices.length; n++) {
      const posting = postings[indices[n] ?? 0];
      posting?.rows.push(row);
      posting?.weights.push(values[n] ?? 0);
    }
  });
  return postings;
}
