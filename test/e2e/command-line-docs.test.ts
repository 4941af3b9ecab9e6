import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { scratch } from "../cli/scratch.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const page = join(root, "docs", "cli.md");
const HOME_IN_DOCS = "/home/ada";

/** What differs from run to run and from machine to machine, and nothing else. */
function masked(output: string): string {
  return output
    .replace(/job_[0-9A-Z]{26}/g, "JOB")
    .replace(/\b[0-9a-f]{64}\b/g, "HASH")
    .replace(/\b[0-9a-f]{16}(?=\b|…)/g, "KEY")
    .replace(/\bkey_[0-9a-z]{16}/g, "key")
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "TIME")
    .replace(/[\d.]+ (µs|ms|s|min)\b/g, "DURATION")
    .replace(/leaf \d+ of \d+/g, "leaf N of M")
    .replace(/of \d+ pages/g, "of N pages")
    .replace(/^JOB .* DURATION .*$|^job +status +age .*$/gm, (row) => row.replace(/ +/g, " "))
    .replace(/^(>|) +(embedded|mock-qpu) .*$|^ +back end .*$/gm, "ROW")
    .replace(/^(ok|warn) {2,4}(node|machine|simd|store|data|browser|in use) .*(\n +→ .*)?$/gm, "$2");
}

const ADMIN_KEY = "kf_test_admin_key_0123456789";

/** A service of somebody else: this user does not trust its log yet. */
async function serve(): Promise<string> {
  const home = scratch();
  const env = { PATH: process.env.PATH ?? "", HOME: home, KETFLOW_ADMIN_KEY: ADMIN_KEY };
  const service = spawn(process.execPath, [join(root, "dist/cli.js"), "serve", "--port", "0"], {
    ...{ cwd: home, env, stdio: ["ignore", "pipe", "inherit"] as const },
  });
  const ended = once(service, "close");
  onTestFinished(async () => {
    service.kill();
    await ended; // Its folder goes after it.
  });
  for await (const line of createInterface({ input: service.stdout })) {
    const url = /^listening on (.*)$/.exec(line)?.[1];
    if (url !== undefined) return url;
  }
  throw new Error("ketflow serve ended");
}

// KETFLOW_UPDATE_DOCS=1 writes the page anew.
describe("docs/cli.md", () => {
  it("shows what the commands print", async () => {
    const home = scratch();
    const url = await serve();
    cpSync(join(root, "examples"), join(home, "examples"), { recursive: true });
    const shell = (command: string, asksService = false): string => {
      const script = `ketflow() { ${JSON.stringify(process.execPath)} ${JSON.stringify(join(root, "dist/cli.js"))} "$@"; }\n`;
      const env = {
        ...{ PATH: process.env.PATH ?? "", HOME: home },
        ...(asksService && { KETFLOW_URL: url, KETFLOW_API_KEY: ADMIN_KEY }),
      };
      const { stdout, stderr } = spawnSync("bash", ["--norc", "-c", `${script}${command}`], {
        cwd: home,
        env,
        encoding: "utf8",
      });
      return (stdout + stderr)
        .replaceAll(url, "http://localhost:8080")
        .replace(/\bkf_[0-9a-z]{16}_[\w-]{43}/g, "kf_…")
        .replaceAll(home, HOME_IN_DOCS)
        .replaceAll(join(root, "examples"), "examples")
        .trimEnd();
    };
    shell("ketflow run examples/bell.qasm --seed 7 --no-cache --receipt bell.receipt.json --data elsewhere");
    const text = readFileSync(page, "utf8");
    const [from, to] = [text.indexOf("\n## A service\n"), text.indexOf("\n## completion\n")];
    const made = text.replace(/```console\n\$ (.*)\n([\s\S]*?)```/g, (_, command: string, __, at: number) => {
      return `\`\`\`console\n$ ${command}\n${shell(command, from < at && at < to)}\n\`\`\``;
    });
    if (process.env.KETFLOW_UPDATE_DOCS === "1") writeFileSync(page, made);
    expect(text.split("```console").length).toBeGreaterThan(10);
    expect(masked(text)).toBe(masked(made));
  });
});
