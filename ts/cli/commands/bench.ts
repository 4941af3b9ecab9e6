import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { AppError } from "../../core/errors.ts";
import type { ExitCode } from "../failure.ts";

/** The benchmark is part of the repository, not of the package: its native subjects are built from source. */
export async function bench(args: readonly string[]): Promise<ExitCode> {
  const runner = fileURLToPath(new URL("../../../bench/run.mjs", import.meta.url));
  if (!existsSync(runner)) {
    const remedy = "clone the repository, run `npm ci` there, then `npx ketflow bench`";
    throw new AppError("unsupported", `bench needs the workloads of the source repository: ${remedy}`);
  }
  const child = spawn(process.execPath, [runner, ...args], { stdio: "inherit" });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code) => resolve(code === 0 ? 0 : 1));
  });
}
