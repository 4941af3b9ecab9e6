import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { FEATURES, HASHED, promptFeatures } from "../../../ts/routing/models/prompt-features.ts";

const FILE = new URL("../../vectors/prompt-features.json", import.meta.url);

const hashed = (prompt: string): Map<number, number> => {
  const { indices, values } = promptFeatures(prompt);
  return new Map([...indices].map((index, k) => [index, values[k] ?? 0] as const).filter(([index]) => index < HASHED));
};

/** The definition of docs/model-routing.md, slowly: lists of n-grams, then counts. */
function slow(prompt: string): Map<number, number> {
  const place = (hash: number): number => {
    let h = BigInt.asUintN(32, BigInt(hash));
    const multiply = (factor: bigint): void => {
      h = BigInt.asUintN(32, h * factor);
    };
    h ^= h >> 16n;
    multiply(0x85ebca6bn);
    h ^= h >> 13n;
    multiply(0xc2b2ae35n);
    h ^= h >> 16n;
    return Number(h >> 21n);
  };
  const fnv = (text: string, lowest = 0n): number => {
    let h = 0x811c9dc5n;
    for (let k = 0; k < text.length; k++) {
      h = BigInt.asUintN(32, (h ^ BigInt(text.charCodeAt(k))) * 0x01000193n) | lowest;
    }
    return Number(h);
  };
  // biome-ignore lint/suspicious/noControlCharactersInRegex: everything up to the space separates
  const lower = prompt.replace(/[A-Z]/g, (letter) => letter.toLowerCase()).replace(/[\x00-\x20]+/g, " ");
  const counts = new Map<number, number>();
  const count = (at: number): void => void counts.set(at, (counts.get(at) ?? 0) + 1);
  const words = (lower.match(/[a-z0-9\u0080-\uffff]+|[^ ]/g) ?? []).map((word) => fnv(word, 1n));
  words.forEach((word, k) => {
    count(place(word));
    const before = words[k - 1];
    if (before === undefined) return;
    count(place(Number(BigInt.asUintN(32, BigInt(before) * 0x9e3779b1n)) ^ word));
  });
  const padded = ` ${lower.trim()} `;
  // A text that is all space has no characters between its two spaces.
  const grams = lower.trim() === "" ? 0 : padded.length - 2;
  for (let k = 0; k < grams; k++) count(2048 + place(fnv(padded.slice(k, k + 3))));
  const raw = [...counts].map(([at, n]) => [at, 1 + Math.log(n)] as const);
  const norm = Math.sqrt(raw.reduce((sum, [, value]) => sum + value * value, 0));
  return new Map(raw.map(([at, value]) => [at, value / norm]));
}

const PROMPTS = [
  "",
  " \n\t ",
  "a",
  "What is 2 + 2?",
  "Two  spaces,\r\ntwo lines.\n",
  "ÄÖÜ größer 漢字 🙂 naïve",
  "x = \\frac{1}{2}; print(f'{x:_}') $5",
  "the the the THE cat cat sat sat on on the the mat ".repeat(40),
];

describe("promptFeatures", () => {
  it("agrees with the slow definition", () => {
    for (const prompt of PROMPTS) {
      const [fast, expected] = [hashed(prompt), slow(prompt)];
      expect([...fast.keys()].sort(), prompt).toEqual([...expected.keys()].sort());
      for (const [index, value] of expected) expect(fast.get(index), prompt).toBeCloseTo(value, 12);
    }
  });

  it("has the recorded values, to the last bit", () => {
    const made = PROMPTS.slice(0, 7).map((prompt) => {
      const { indices, values } = promptFeatures(prompt);
      return { prompt, indices: [...indices], values: [...values] };
    });
    if (process.env.KETFLOW_WRITE_VECTORS === "1") {
      const source = "ts/routing/models/prompt-features.ts; the definition is docs/model-routing.md";
      writeFileSync(FILE, `${JSON.stringify({ source, cases: made })}\n`);
    }
    expect(made).toEqual(JSON.parse(readFileSync(FILE, "utf8")).cases);
  });

  it("leaves nothing behind for the next prompt", () => {
    const before = promptFeatures("one prompt = 1?");
    promptFeatures("another, with _marks_ ? \\ and one");
    expect(promptFeatures("one prompt = 1?")).toEqual(before);
  });

  it("gives indices within the vector, each once", () => {
    for (const prompt of PROMPTS) {
      const { indices } = promptFeatures(prompt);
      expect(new Set(indices).size).toBe(indices.length);
      expect(Math.max(...indices)).toBeLessThan(FEATURES);
    }
  });
});
