import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { importsOf } from "../architecture.ts";

const root = fileURLToPath(new URL("../../ts/", import.meta.url));

it("ketflow/verify reaches no module of Node's, so that browsers can load it", () => {
  const seen = new Set<string>();
  const pending = ["verify.ts"];
  for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
    if (seen.has(path) || path.startsWith("../")) continue;
    seen.add(path);
    const source = readFileSync(`${root}${path}`, "utf8");
    expect([path, source.match(/^(import|export) (?!type).*from "node:[^"]*"/gm)]).toEqual([path, null]);
    pending.push(...importsOf(path, source));
  }
  expect(seen).toContain("audit/verify-receipt.ts");
  expect(seen).not.toContain("audit/log-writer.ts");
});
