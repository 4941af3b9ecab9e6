import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { DOORS, findCycle, IMPORT_ORDER, importsOf, readSources, wrongImports } from "./architecture.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const sources = readSources(`${root}ts`);

describe("the house", () => {
  it("has only imports that point downwards", () => {
    expect(sources.size).toBeGreaterThan(10);
    expect(wrongImports(sources)).toEqual([]);
  });

  it("has no import cycle", () => {
    expect(findCycle(sources)).toBeUndefined();
  });

  it.each(["engines.ts", "verify.ts", "index.ts"])("needs no module of Node behind %s, which browsers open", (door) => {
    const reached = new Set([door]);
    for (const path of reached) for (const target of importsOf(path, sources.get(path) ?? "")) reached.add(target);
    expect(reached.size).toBeGreaterThan(3);
    expect([...reached].filter((path) => /\bfrom "node:/.test(sources.get(path) ?? ""))).toEqual([]);
  });

  // In a type position everything may be named: it is gone when the code runs.
  it("loads no library of schemas in a worker, whose start it would double", () => {
    const loaded = new Set(["workers/worker.ts"]);
    const codeOf = (path: string): string => (sources.get(path) ?? "").replace(/^import type [^;]*;/gm, "");
    for (const path of loaded) for (const target of importsOf(path, codeOf(path))) loaded.add(target);
    expect(loaded).toContain("workers/job-worker.ts");
    expect([...loaded].filter((path) => /\bfrom "zod/.test(codeOf(path)))).toEqual([]);
  });

  it("has only the folders and doors of the list", () => {
    const known = new Set<string>([...IMPORT_ORDER, ...Object.keys(DOORS)]);
    expect(readdirSync(`${root}ts`).filter((entry) => !known.has(entry))).toEqual([]);
  });

  it("has nothing else at the top level", () => {
    const tracked = execFileSync("git", ["ls-files"], { cwd: root, encoding: "utf8" }).trim().split("\n");
    const top = new Set(tracked.map((path) => path.split("/")[0]));
    const allowed = [
      ...[
        ".ci",
        ".gitattributes",
        ".gitignore",
        ".npmrc",
        "CHANGELOG.md",
        "CONTRIBUTING.md",
        "Cargo.lock",
        "Cargo.toml",
      ],
      ...["LICENSE", "README.md", "SECURITY.md", "bench", "biome.json", "clippy.toml", "crates", "deny.toml", "docs"],
      ...["examples", "knip.json", "package-lock.json", "package.json", "rustfmt.toml", "scripts", "test", "ts"],
      ...["tsconfig.build.json", "tsconfig.json", "vite.config.ts", "vitest.config.ts", "wasm-pkg"],
    ];
    expect([...top].filter((entry) => !allowed.includes(entry ?? ""))).toEqual([]);
  });
});

describe("the check itself", () => {
  const planted = (path: string, text: string): string[] => wrongImports(new Map([...sources, [path, text]]));

  it.each([
    ["models/planted.ts", 'import { x } from "../jobs/core.ts";', "does not exist|stands above"],
    ["core/planted.ts", 'export { Noise } from "../models/circuit.ts";', "models stands above core"],
    ["core/planted.ts", 'const models = await import("../models/circuit.ts");', "models stands above core"],
    ["models/planted.ts", 'import type { Provider } from "../providers/provider.ts";', "providers stands above models"],
    ["core/planted.ts", 'import { AppError } from "../index.ts";', "only the edges may use a public door"],
    ["index.ts", 'export * from "./providers/provider.ts";', "this door opens core, models only"],
    ["other.ts", 'import { AppError } from "./core/errors.ts";', "not one of the public doors"],
  ])("refuses %s: %s", (path, text, reason) => {
    expect(planted(path, text)).toEqual([expect.stringMatching(new RegExp(`^${path} .*(${reason})`))]);
  });

  it("sees a cycle through three files", () => {
    const cyclic = new Map([
      ["core/a.ts", 'import "./b.ts";'],
      ["core/b.ts", 'export * from "./c.ts";'],
      ["core/c.ts", 'import type { A } from "./a.ts";'],
    ]);
    expect(findCycle(cyclic)).toEqual(["core/a.ts", "core/b.ts", "core/c.ts", "core/a.ts"]);
  });

  it("ignores imports in comments", () => {
    expect(importsOf("core/a.ts", '// import "./b.ts";\n/* from "./c.ts" */ import "./d.ts";')).toEqual(["core/d.ts"]);
  });
});
