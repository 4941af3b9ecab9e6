import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const script = fileURLToPath(new URL("check_schedule.py", import.meta.url));
export const python = [process.env.KETFLOW_PYTHON, "python3"].find(
  (candidate) => candidate !== undefined && spawnSync(candidate, ["--version"]).status === 0,
);

/** What the outside checker says of a result; undefined where there is no Python, which is said. */
export const checkSchedule: ((problem: object, result: object, objective?: unknown) => string) | undefined = found();

function found(): typeof checkSchedule {
  if (python === undefined) {
    if (process.env.KETFLOW_REQUIRE !== undefined) throw new Error("no Python, and KETFLOW_REQUIRE asks for it");
    console.log("skipped: the Python checker of schedules; no Python (set KETFLOW_PYTHON)");
    return undefined;
  }
  return (problem, result, objective) => {
    const folder = mkdtempSync(join(tmpdir(), "ketflow-schedule-"));
    try {
      const files = Object.entries({ problem, result }).map(([name, value]) => {
        const file = join(folder, `${name}.json`);
        writeFileSync(file, JSON.stringify(value));
        return file;
      });
      const options = objective === undefined ? [] : [JSON.stringify(objective)];
      const { stdout, stderr } = spawnSync(python, [script, ...files, ...options], { encoding: "utf8" });
      return (stdout + stderr).trim();
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  };
}
