import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const readme = readFileSync(join(root, "README.md"), "utf8");

/** The fenced blocks of one language, in order. */
const blocks = (language: string): string[] =>
  [...readme.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, "gm"))].map((match) => match[1] ?? "");

/** What differs from run to run: ids, names of logs, times, paths, and how long the engine took, in whichever unit. */
const withoutChance = (output: string): string =>
  output
    .replace(/job_[0-9A-Z]{26}/g, "job_…")
    .replace(/ketflow\.local\/[0-9a-f]+/g, "ketflow.local/…")
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "…")
    .replace(/; [\d.]+ (µs|ms|s),/g, "; …,")
    .replace(/\S*\/receipts\//g, "…/receipts/")
    .trim();

describe("the README, in a fresh clone", () => {
  const folder = mkdtempSync(join(tmpdir(), "ketflow-readme-"));
  const clone = join(folder, "clone");
  const environment = { ...process.env, HOME: folder, npm_config_update_notifier: "false" };
  delete (environment as Record<string, string>).XDG_DATA_HOME;
  const sh = (command: string): string =>
    execFileSync("bash", ["--norc", "-euo", "pipefail", "-c", command], {
      cwd: clone,
      encoding: "utf8",
      env: environment,
      stdio: "pipe",
    });
  const [first = "", second = "", circuits = "", others = "", service = ""] = blocks("sh");

  beforeAll(() => {
    execFileSync("git", ["clone", "--quiet", "--depth=1", `file://${root}`, clone]);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("installs and shows a verified result with its one command, as printed", () => {
    expect(first).toBe("npm ci && npx ketflow demo\n");
    const output = sh(first);
    const shown = output.slice(output.indexOf("A circuit"));
    expect(withoutChance(shown)).toBe(withoutChance(blocks("text")[0] ?? ""));
    expect(shown).toMatch(/^verified: job_\w+ succeeded, and gave the same bytes again/m);
  });

  it("has the test command that CI runs", () => {
    expect(second).toBe("npm ci && npm test\n");
  });

  it("serves a team", () => {
    // The port of the page may be taken here.
    const port = 20_000 + (process.pid % 20_000);
    // npx does not hand the signal on, so the service is found by its port; the bracket keeps this shell from finding itself.
    const stop = `trap 'pkill -f "[n]ode .*serve --port ${port}"; wait' EXIT`;
    const output = sh(`${stop}\n${service.replaceAll("8080", String(port))}`);
    expect(output).toMatch(/^ran on +embedded/m);
    expect(output).toMatch(/kf_[0-9a-z]{16}_/);
    expect(output).toContain("key.create");
  });

  it.each(`${circuits}${others}`.trim().split("\n"))("runs: %s", (command) => {
    expect(command).toMatch(/^npx ketflow /);
    const drawn = /--svg (\S+)/.exec(command)?.[1];
    expect(sh(drawn === undefined ? command : `${command} && cat ${drawn}`).length).toBeGreaterThan(100);
  });

  it("has a program that runs as it stands", () => {
    const [program = ""] = blocks("js");
    writeFileSync(join(clone, "readme.mjs"), program);
    const output = sh("node readme.mjs");
    expect(output).toMatch(/'00': \d{3}/);
    expect(output).toMatch(/'11': \d{3}/);
    expect(output).toMatch(/[0-9a-f]{64}/);
  });

  it("has no other commands", () => {
    expect(blocks("sh")).toHaveLength(5);
    expect(blocks("js")).toHaveLength(1);
  });
});
