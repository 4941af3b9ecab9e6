import { describe, expect, it } from "vitest";
import { SURFACE } from "../../../ts/routing/models/prompt-features.ts";
import { OUTLINE, readPrompt } from "../../../ts/routing/models/prompt-outline.ts";

const GROUPS = [
  ["not", "except", "never", "no", "neither", "false", "incorrect", "least"],
  ["which", "what"],
  ["how", "many", "much"],
  ["if", "then", "suppose", "let"],
  ["following", "statement", "statements"],
  ["true", "correct"],
];

/** The definition of docs/model-routing.md with lists and regular expressions. */
function slow(prompt: string): number[] {
  const lines = prompt.split("\n");
  const tail = lines.length >= 6 ? lines.slice(-5, -1) : [];
  const digits = (text: string): number => text.replace(/[^0-9]/g, "").length;
  const words = prompt.match(/[A-Za-z\u0080-\uffff]+/g) ?? [];
  const lower = words.map((word) => word.replace(/[A-Z]/g, (letter) => letter.toLowerCase()));
  const numbers = prompt.match(/[0-9]+/g) ?? [];
  const sum = (values: number[]): number => values.reduce((total, value) => total + value, 0);
  const shape = (lengths: number[]): number[] => {
    const mean = lengths.length === 0 ? 0 : sum(lengths) / lengths.length;
    const spread = lengths.length === 0 ? 0 : sum(lengths.map((n) => (n - mean) ** 2)) / lengths.length;
    return [mean, Math.sqrt(spread), Math.max(0, ...lengths)];
  };
  const share = (count: number): number => count / (words.length + 1);
  return [
    lines.length,
    ...shape(lines.map(({ length }) => length)),
    lines[0]?.length ?? 0,
    ...shape(tail.map(({ length }) => length)),
    sum(tail.map(digits)) / (sum(tail.map(({ length }) => length)) + 1),
    numbers.length,
    Math.max(0, ...numbers.filter(({ length }) => length <= 11).map(Number)),
    words.length === 0 ? 0 : sum(words.map(({ length }) => length)) / words.length,
    share(words.filter(({ length }) => length >= 9).length),
    share(new Set(lower).size),
    ...[..."\"(,.;:-%+*/^|'<"].map((mark) => prompt.split(mark).length - 1),
    ...GROUPS.map((group) => lower.filter((word) => group.includes(word)).length),
    share(words.filter((word) => /^[A-Z]/.test(word)).length),
    prompt.replace(/[^\u0080-\uffff]/g, "").length,
  ];
}

const CHOICE =
  "Which of the following is NOT true of x^2 + 3x?\nA. 12%\nB. it's 3,456.75\nC. (none)\nD. a/b*c\nAnswer:";

describe("readPrompt", () => {
  it.each([
    "",
    "\n\n\n\n\n\n",
    "word",
    'If A < B, then suppose C | D; let E: F - "quoted". 123456789012 and 12345678901',
    "seven letters, sentence, nineteen12 continued",
    "größer 漢字 🙂 Naïve\nzweite Zeile",
    CHOICE,
    `${CHOICE}\n${CHOICE} How many more?`,
    GROUPS.flat().join(" ").toUpperCase(),
  ])("outlines %j as its definition says", (prompt) => {
    const { outline } = readPrompt(prompt);
    expect(outline).toHaveLength(OUTLINE);
    const expected = slow(prompt);
    expect(outline.subarray(SURFACE)).toHaveLength(expected.length);
    expected.forEach((value, k) => {
      expect(outline[SURFACE + k], `value ${k}`).toBeCloseTo(value, 9);
    });
  });

  it("finds each word of a group alone, so no two of them lie in one place", () => {
    GROUPS.forEach((words, group) => {
      for (const word of words) expect(readPrompt(word).outline[SURFACE + 29 + group], word).toBe(1);
    });
  });

  it("begins with the surface of the features, and does not depend on what was read before", () => {
    const first = readPrompt(CHOICE);
    readPrompt("something else, 17 times");
    expect(readPrompt(CHOICE)).toEqual(first);
    expect([...first.outline.subarray(0, SURFACE)]).toEqual([...first.values.subarray(-SURFACE)]);
  });
});
