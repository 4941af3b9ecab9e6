import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BUNDLES, type BundleRow, bundlesTable, bytesOf, PARTS, partsOf } from "../../bench/bundle-sizes.mjs";
import { build, installProjects, removeProjects } from "../../scripts/sample-projects.mjs";
import { launchChromium, skipsBrowser } from "./chromium.ts";
import { serveFolder } from "./static-server.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = installProjects() ?? "";
const skips = folder === "";
if (skips) {
  const missing = "the sample projects need a package registry, or npm's cache of an earlier run";
  if (process.env.KETFLOW_REQUIRE !== undefined) throw new Error(`${missing}, and KETFLOW_REQUIRE asks for them`);
  console.log(`skipped: ${missing}`);
}
afterAll(() => removeProjects(folder));

/** Of the jobs of projects/sample.js that end: two circuits, a cut, a network, a shop, a search, a circuit for two threads. */
const HASHES = [
  "7c1e5ec3bf8812b3aa13d0cccc546fb8bd779740720640605702d907a0139227",
  "207f9138dbc75c894811ce66b774ada04857e7168facd25101d9cfa2a7e82f00",
  "1b840e501ffe8fc63a371ffa66a5055d8e65bce1828d5df1c6119f8cf20992ee",
  "c867c99605ebfdcc0b85c8245838d25a67a2cccf8e27f403fba8942c42d240fe",
  "799b747d947e07b67c238e74c4816395bde70a24b9cf980d6450cd6601528101",
  "7ae2a97fe2255ac9a0da1876f05905e33c896500efe4a91b9c961a1b041ff454",
  "a9b0a09ba53bd99ea7d1db78077e118c1ab61746e84361adab4a2826c80939e0",
];

/** @param sharing how many threads shared the last one, or what was said where none could */
const outcome = (isIsolated: boolean, sharing: unknown) => ({
  ...{ outcomes: ["00", "11"], cut: 6, outputs: [[1.5]], makespan: 6, searched: 6 },
  ...{ hashes: HASHES, long: "cancelled", isIsolated, sharing },
});

const ALONE = expect.stringMatching(/^the page is not cross-origin isolated/);
/** esbuild leaves the URL of the helpers' script as it is. */
const NOT_STARTED = expect.stringMatching(/^no more could be started: /);

const npmPage = readFileSync(join(root, "docs", "npm.md"), "utf8");

/** Runs a script in Node. @returns what it printed */
const runIn = (project: string, args: string[]): string =>
  execFileSync(process.execPath, args, { cwd: join(folder, project), encoding: "utf8", stdio: "pipe" });

const alreadyBuilt = new Set<string>();
function buildOnce(project: string, script = "build"): void {
  const name = `${project} ${script}`;
  if (!alreadyBuilt.has(name)) build(folder, project, script);
  alreadyBuilt.add(name);
}

describe.skipIf(skips)("the packed package in Node", () => {
  it.each(["node-import", "node-require"])("runs the sample: %s", (project) => {
    expect(JSON.parse(runIn(project, ["main.js"]))).toEqual(outcome(false, 2));
  });

  it("runs the sample as esbuild bundles it for pages", () => {
    buildOnce("esbuild");
    expect(JSON.parse(runIn("esbuild", ["dist/main.js"]))).toEqual(outcome(false, NOT_STARTED));
  });

  it("says what is missing in a bundle without its two files", () => {
    buildOnce("esbuild", "build:without-options");
    expect(JSON.parse(runIn("esbuild", ["dist/without-options/main.js"]))).toEqual({
      code: "engine-failure",
      message: expect.stringMatching(/statevector_bg\.wasm cannot be read: .*; give loadEngines a wasmUrl$/),
    });
  });
});

describe.skipIf(skips)("the packed package's types, without skipLibCheck", () => {
  it.each([
    ["a page with moduleResolution bundler", "browser", "esnext", "bundler"],
    ["a page with moduleResolution node16", "browser", "node16", "node16"],
    ["a page with moduleResolution nodenext", "browser", "nodenext", "nodenext"],
    ["a program of Node without the types of browsers", "node", "nodenext", "nodenext"],
  ])("are those of %s", (_, config, module, moduleResolution) => {
    const tsc = join(folder, "node_modules", "typescript", "bin", "tsc");
    const options = ["--module", module, "--moduleResolution", moduleResolution];
    const { stdout, status } = spawnSync(process.execPath, [tsc, "--project", `tsconfig.${config}.json`, ...options], {
      cwd: join(folder, "types"),
      encoding: "utf8",
    });
    expect(stdout).toBe("");
    expect(status).toBe(0);
  });
});

/** What the sample wrote into the page, and how many threads it started on the way. */
async function readOutcome(page: Page, url: string): Promise<{ shown: unknown; threads: number }> {
  const faults: string[] = [];
  let threads = 0;
  page.on("worker", () => threads++);
  page.on("pageerror", (error) => faults.push(String(error)));
  page.on("console", (message) => message.type() === "error" && faults.push(message.text()));
  await page.goto(url);
  await page
    .waitForFunction(() => document.body?.textContent?.startsWith("{"))
    .catch((cause: unknown) => {
      throw new Error(`${url} shows no outcome: ${faults.join("; ") || "nothing failed"}`, { cause });
    });
  return { shown: JSON.parse((await page.textContent("body")) ?? ""), threads };
}

describe.skipIf(skips || skipsBrowser)("the packed package in Chromium", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser?.close());

  describe.each([
    ["Vite", "vite", "build", "vite/dist", ""],
    ["webpack", "webpack", "build", "webpack", ""],
    ["esbuild", "esbuild", "build", "esbuild", ""],
    ["esbuild, in one file", "esbuild", "build:inline", "esbuild", "inline.html"],
  ])("built by %s", (_, project, script, site, path) => {
    beforeAll(() => buildOnce(project, script));
    const sharing = (isIsolated: boolean) => (isIsolated ? (project === "esbuild" ? NOT_STARTED : 2) : ALONE);

    it.each([
      ["goes on in the thread of a cancelled run where the page is isolated", true, project === "esbuild" ? 1 : 2],
      ["gets another thread after a cancelled run where it is not", false, 2],
    ])("%s", async (_, isIsolated, threads) => {
      const server = await serveFolder(join(folder, site), isIsolated);
      const page = await browser.newPage();
      try {
        expect(await readOutcome(page, `${server.url}${path}`)).toEqual({
          shown: outcome(isIsolated, sharing(isIsolated)),
          threads,
        });
      } finally {
        await page.close();
        await server.close();
      }
    });
  });

  it.each([
    ["as it is", []],
    ["with the package left out of optimizeDeps", ["--config", "left-out.config.js"]],
  ])("served by Vite's development server, %s", async (_, options) => {
    const vite = join(folder, "node_modules", "vite", "bin", "vite.js");
    const server = spawn(process.execPath, [vite, "--host", "127.0.0.1", "--port", "0", ...options], {
      cwd: join(folder, "vite"),
      stdio: ["ignore", "pipe", "inherit"],
    });
    const ended = once(server, "exit");
    const page = await browser.newPage();
    try {
      let url = "";
      for await (const line of createInterface({ input: server.stdout })) {
        url = /Local: +(http:\S+)$/.exec(stripVTControlCharacters(line))?.[1] ?? "";
        if (url !== "") break;
      }
      expect((await readOutcome(page, url)).shown).toEqual(outcome(false, ALONE));
    } finally {
      await page.close();
      server.kill();
      await ended; // It writes into the folder that goes after it.
    }
  });
});

describe.skipIf(skips)("docs/npm.md", () => {
  it("shows the commands of the esbuild project", () => {
    const { scripts } = JSON.parse(readFileSync(join(folder, "esbuild", "package.json"), "utf8"));
    const commands: string[] = [scripts.build, ...scripts["build:inline"].split(" && ")];
    const shown = npmPage.replace(/ \\\n +/g, " ").split("\n");
    expect(commands.filter((command) => !shown.includes(command))).toEqual([]);
  });

  it("shows the newest recorded sizes, and what is built now is at most a quarter larger", () => {
    const results = join(root, "bench", "results");
    const newest =
      readdirSync(results)
        .filter((file) => file.endsWith("-bundles.jsonl"))
        .sort()
        .at(-1) ?? "";
    const [, ...rows] = readFileSync(join(results, newest), "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(npmPage).toContain(`<!-- bundles -->\n\n${bundlesTable(rows)}\n\n<!-- /bundles -->`);
    const grown = BUNDLES.flatMap((bundle) => {
      buildOnce(bundle.bundler);
      const parts = partsOf(folder, bundle);
      const row: BundleRow | undefined = rows.find(({ bundler }) => bundler === bundle.bundler);
      return PARTS.map((part) => ({ part, bytes: bytesOf(parts[part]), recorded: row?.[part].bytes ?? 0 }))
        .filter(({ bytes, recorded }) => bytes === 0 || bytes > 1.25 * recorded)
        .map(({ part, bytes, recorded }) => `${bundle.bundler}: ${part} has ${bytes} bytes, recorded are ${recorded}`);
    });
    expect(grown, "if it has to be so: npm run bench:bundles").toEqual([]);
  });
});
