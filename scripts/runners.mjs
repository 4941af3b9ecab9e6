// Runs the test runners and counts what they really did. A runner that crashed, or that in CI ran fewer tests than
// test/floor.json records, counts as one failure more.
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

export const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");

/** A failure is a line for the end of the log: which test, and the first line of what it said.
 * @typedef {{ name: string, passed: number, failed: number, skipped: number, note?: string, failures?: string[] }} Tally */
/** @typedef {{ file: string, line: string }} Failure */

/** As many failed tests of a project are run again in CI; more of them are no accident of timing. */
const RETRIED = 3;

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
 * One vitest run and what its report says.
 * @param {string[]} args @param {string[]} node
 * @returns {Promise<{ code: number, counts: { passed: number, failed: number, skipped: number }, failures: Failure[] } | undefined>}
 *   undefined: the runner died before it could write a report
 */
async function vitestRun(args, [command = process.execPath, ...before]) {
  const folder = mkdtempSync(join(tmpdir(), "ketflow-test-"));
  const file = join(folder, "report.json");
  const vitest = join(root, "node_modules", "vitest", "vitest.mjs");
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${file}`];
  const { code } = await run(command, [...before, vitest, "run", ...args, ...reporters]);
  try {
    const report = JSON.parse(readFileSync(file, "utf8"));
    const counts = {
      passed: report.numPassedTests,
      failed: report.numFailedTests,
      skipped: report.numPendingTests,
    };
    return { code, counts, failures: report.testResults.flatMap(failuresOf) };
  } catch {
    return undefined;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {any} result of one file @returns {Failure[]} */
function failuresOf({ name, status, message, assertionResults }) {
  const file = relative(root, name);
  /** @param {string} title @param {string} text */
  const failure = (title, text) => ({ file, line: `${file} > ${title}: ${text.split("\n")[0]?.slice(0, 300)}` });
  const failed = assertionResults.filter((/** @type {any} */ test) => test.status === "failed");
  // A file that could not be loaded has failed without a test.
  if (failed.length === 0) return status === "failed" ? [failure("the file", message)] : [];
  return failed.map((/** @type {any} */ test) => failure(test.fullName, test.failureMessages[0] ?? ""));
}

/**
 * One vitest project, by the Node that runs this script or by another binary. In CI a few failed tests are run twice more, their
 * files alone: where both runs pass they count as passed, and the table names them as unstable.
 * @param {string} project @param {{ name?: string, node?: string[] }} [options] @returns {Promise<Tally>}
 */
export async function vitest(project, { name = project, node = [process.execPath] } = {}) {
  const first = await vitestRun(["--project", project], node);
  if (first === undefined) return { name, passed: 0, failed: 1, skipped: 0, note: "the runner wrote no report" };
  const failures = first.failures.map(({ line }) => line);
  const tally = settle({ name, ...first.counts, failures }, first.code);
  const { failed } = first.counts;
  if (!process.env.CI || failed === 0 || failed > RETRIED || failed !== failures.length) return tally;
  const files = [...new Set(first.failures.map(({ file }) => file))];
  for (let round = 0; round < 2; round += 1) {
    const again = await vitestRun(["--project", project, "--no-file-parallelism", ...files], node);
    if (again?.code !== 0) return tally;
  }
  const note = `unstable: ${failed} failed beside the others and passed twice alone`;
  return { ...tally, passed: tally.passed + failed, failed: tally.failed - failed, note };
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
  const failures = [...output.matchAll(/^ +(?:FAIL|TIMEOUT|SIG\w+) \[.*$/gm)].map(([line]) => line.trim());
  return settle({ ...tally, failures: [...new Set(failures)] }, code);
}

/** A command that is itself one check. @param {string} name @param {string} command @param {string[]} args @returns {Promise<Tally>} */
export async function check(name, command, args) {
  const { code } = await run(command, args);
  return { name, passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 };
}

/** The lines of failed tests that a table below them sums up, of another run's output too. @param {string} output */
export const failuresIn = (output) => [...output.matchAll(/^ {2}✗ (.*)$/gm)].map(([, line = ""]) => line);

/** Prints what failed, the table and, as the last line, the sum. @param {Tally[]} tallies @returns {number} the exit code */
export function report(tallies) {
  console.log("");
  // At the end, where they are found, also in a log that is cut.
  for (const { name, failures = [] } of tallies) for (const line of failures) console.log(`  ✗ ${name}: ${line}`);
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
