// Runs the test runners and counts what they really did. A runner that crashed, or that in CI ran fewer tests than
// test/floor.json records, counts as one failure more.
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

export const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");

/** @typedef {{ name: string, passed: number, failed: number, skipped: number, note?: string }} Tally */

/** @type {Record<string, number>} */
const floors = JSON.parse(readFileSync(join(root, "test", "floor.json"), "utf8"));

/** @param {string} command */
export const have = (command) => spawnSync(command, ["--version"], { stdio: "ignore" }).status === 0;

/**
 * Runs a command in the repository and shows its output as it comes.
 * @param {string} command @param {string[]} args @param {NodeJS.ProcessEnv} [env]
 * @returns {Promise<{ code: number, output: string }>}
 */
export function run(command, args, env = {}) {
  console.log(`\n$ ${command} ${args.join(" ")}`);
  return new Promise((done) => {
    const child = spawn(command, args, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    child.stdout.on("data", (chunk) => {
      output += chunk;
      process.stdout.write(chunk);
    });
    child.stderr.on("data", (chunk) => {
      output += chunk;
      process.stderr.write(chunk);
    });
    child.on("error", (error) => done({ code: 127, output: String(error) }));
    child.on("close", (code) => done({ code: code ?? 1, output }));
  });
}

/** @param {Tally} tally @param {number} code @returns {Tally} with a crash or a shortfall counted */
function settle(tally, code) {
  const executed = tally.passed + tally.failed;
  const floor = process.env.CI ? (floors[tally.name] ?? 0) : 0;
  if (code !== 0 && tally.failed === 0) return { ...tally, failed: 1, note: `the runner ended with exit code ${code}` };
  if (executed < floor) {
    return { ...tally, failed: tally.failed + 1, note: `ran ${executed} tests, test/floor.json records ${floor}` };
  }
  return tally;
}

/**
 * One vitest project, by the Node that runs this script or by another binary.
 * @param {string} project @param {{ name?: string, node?: string[] }} [options] @returns {Promise<Tally>}
 */
export async function vitest(project, { name = project, node = [process.execPath] } = {}) {
  const folder = mkdtempSync(join(tmpdir(), "ketflow-test-"));
  const report = join(folder, "report.json");
  const [command = process.execPath, ...before] = node;
  const { code } = await run(command, [
    ...before,
    join(root, "node_modules", "vitest", "vitest.mjs"),
    ...["run", "--project", project, "--reporter=default", "--reporter=json", `--outputFile.json=${report}`],
  ]);
  /** @type {Tally} */ let tally = { name, passed: 0, failed: 0, skipped: 0 };
  try {
    const { numPassedTests, numFailedTests, numPendingTests } = JSON.parse(readFileSync(report, "utf8"));
    tally = { name, passed: numPassedTests, failed: numFailedTests, skipped: numPendingTests };
  } catch {
    // No report: the runner died before it could write one, which settle() counts.
    return { ...tally, failed: 1, note: "the runner wrote no report" };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return settle(tally, code);
}

/** The Rust tests by nextest, or by cargo test where nextest is not installed. @returns {Promise<Tally>} */
export async function rust() {
  const name = "rust";
  if (!have("cargo")) return { name, passed: 0, failed: 0, skipped: 0, note: "skipped: cargo is not installed" };
  const nextest = spawnSync("cargo", ["nextest", "--version"], { stdio: "ignore" }).status === 0;
  const args = nextest
    ? ["nextest", "run", "--workspace", "--locked", "--no-fail-fast"]
    : ["test", "--workspace", "--locked", "--no-fail-fast"];
  const { code, output } = await run("cargo", [...args, "--color=never"]);
  /** @param {RegExp} pattern */
  const sum = (pattern) => [...output.matchAll(pattern)].reduce((total, match) => total + Number(match[1]), 0);
  const summary = /Summary \[.*$/m.exec(output)?.[0] ?? "";
  /** @param {string} word */
  const ofSummary = (word) => Number(new RegExp(`(\\d+) ${word}`).exec(summary)?.[1] ?? 0);
  const tally = nextest
    ? {
        name,
        passed: ofSummary("passed"),
        failed: ofSummary("failed") + ofSummary("timed out"),
        skipped: ofSummary("skipped"),
      }
    : { name, passed: sum(/(\d+) passed;/g), failed: sum(/passed; (\d+) failed/g), skipped: sum(/(\d+) ignored/g) };
  return settle(tally, code);
}

/** A command that is itself one check. @param {string} name @param {string} command @param {string[]} args @returns {Promise<Tally>} */
export async function check(name, command, args) {
  const { code } = await run(command, args);
  return { name, passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 };
}

/** Prints the table and, as the last line, the sum. @param {Tally[]} tallies @returns {number} the exit code */
export function report(tallies) {
  console.log("");
  for (const { name, passed, failed, skipped, note } of tallies) {
    const skips = skipped > 0 ? `, ${skipped} skipped` : "";
    console.log(
      `${failed > 0 ? "✗" : "✓"} ${name.padEnd(24)} ${passed} passed, ${failed} failed${skips}${note ? ` (${note})` : ""}`,
    );
  }
  /** @param {"passed" | "failed"} key */
  const total = (key) => tallies.reduce((sum, tally) => sum + tally[key], 0);
  console.log(`\n${total("passed")} passed, ${total("failed")} failed`);
  return total("failed") === 0 && total("passed") > 0 ? 0 : 1;
}
