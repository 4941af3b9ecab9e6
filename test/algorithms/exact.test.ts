import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const ts = new URL("../../ts/", import.meta.url);
const files = [
  "core/philox.ts",
  "core/strict-sine.ts",
  "models/encode-container.ts",
  "models/hybrid-result.ts",
  ...readdirSync(new URL("algorithms/", ts)).map((file) => `algorithms/${file}`),
];

/** Of `Math`, what ECMAScript defines to the last bit. */
const EXACT = new Set(["PI", "abs", "ceil", "floor", "imul", "max", "min", "round", "sqrt"]);

describe("what results are made of", () => {
  it.each(files)("%s has no operation that differs between JavaScript engines", (file) => {
    const source = readFileSync(new URL(file, ts), "utf8");
    const code = source.replace(/\/\*[\s\S]*?\*\//g, "").replace(/^\s*\/\/.*$/gm, "");
    const used = [...code.matchAll(/Math\.(\w+)/g)].map(([, name]) => name ?? "");
    expect(used.filter((name) => !EXACT.has(name))).toEqual([]);
    expect(code).not.toMatch(/[\w)\]] \*\*=? [\w(]|Date|performance|toLocale|localeCompare|getRandomValues/);
  });

  it("covers the files that compute", () => {
    expect(files.length).toBeGreaterThan(18);
  });
});
