import { eventWords, uniform } from "../../../ts/core/philox.ts";

const WORDS = {
  sums: ["add", "seven", "apples", "total", "twice", "minus", "coins", "price"],
  verbs: ["poem", "river", "moon", "rhyme", "gentle", "stanza", "autumn", "verse"],
  code: ["function", "array", "return", "loop", "index", "string", "python", "sorted"],
} as const;

/** Chance that a model's answer to a task is right: each of the three models is best at one of them. */
const SKILL: Readonly<Record<string, readonly number[]>> = {
  sums: [0.9, 0.2, 0.5],
  verbs: [0.2, 0.9, 0.5],
  code: [0.1, 0.1, 0.8],
};

export interface SyntheticRow {
  task?: string;
  prompt: string;
  q: number[];
  cost: number[];
}

/** Prompts whose words say which of three models answers them well; costs 1, 2 and 4. */
export function syntheticRows(count: number, seed: number): SyntheticRow[] {
  return Array.from({ length: count }, (_, row) => {
    const draw = (event: number): number => uniform(eventWords(seed, 60, row, event));
    const [task, words] = Object.entries(WORDS)[Math.floor(3 * draw(0))] as [string, readonly string[]];
    const prompt = Array.from({ length: 12 }, (_, k) => words[Math.floor(words.length * draw(1 + k))]).join(" ");
    const q = (SKILL[task] ?? []).map((chance, k) => (draw(20 + k) < chance ? 1 : 0));
    return { task, prompt: `${prompt} ${row}`, q, cost: [1, 2, 4] };
  });
}

export function dataFile(rows: readonly object[], meta: object = { models: ["a", "b", "c"] }): string {
  return `${[{ meta }, ...rows].map((row) => JSON.stringify(row)).join("\n")}\n`;
}
