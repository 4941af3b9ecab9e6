// A service of its own process in a folder that goes with it, for the benchmarks of this folder.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { ROOT } from "../subjects/subjects.mjs";

export const KEY = "kf_bench_key_0123456789";
export const BELL = 'OPENQASM 2.0;\ninclude "qelib1.inc";\nqreg q[2];\nh q[0];\ncx q[0],q[1];\n';

/**
 * @param {readonly string[]} [nodeFlags] @param {readonly string[]} [serveFlags]
 * @param {string} [program] the command line
 * @returns the port, the process id, and what ends it
 */
export async function startService(nodeFlags = [], serveFlags = [], program = "dist/cli.js") {
  const folder = mkdtempSync(join(tmpdir(), "ketflow-bench-"));
  const child = spawn(
    process.execPath,
    [...nodeFlags, program, "serve", "--port", "0", "--data", join(folder, "data"), ...serveFlags],
    {
      cwd: ROOT,
      env: { ...process.env, KETFLOW_ADMIN_KEY: KEY, XDG_STATE_HOME: folder, XDG_CONFIG_HOME: folder },
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  const port = await portOf(child);
  return {
    port,
    pid: Number(child.pid),
    async stop() {
      const exit = once(child, "exit");
      child.kill("SIGTERM");
      await exit;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** @param {import("node:child_process").ChildProcessByStdio<null, import("node:stream").Readable, null>} child */
export async function portOf(child) {
  for await (const line of createInterface(child.stdout)) {
    const port = /^listening on http:\/\/.*:(\d+)$/.exec(line)?.[1];
    if (port !== undefined) return Number(port);
  }
  throw new Error("the service did not start");
}

/** Resident memory of a process in MB (10⁶ bytes). @param {number} pid */
export function residentMegabytes(pid) {
  return (Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) * 1024) / 1e6;
}

/** User and system time of a process, seconds. @param {number} pid */
export function cpuSeconds(pid) {
  // Behind the name, which may hold anything: the 14th and 15th fields of proc(5), in ticks of 10 ms.
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** Nearest rank. @param {number[]} values @param {number} part */
export function quantile(values, part) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)] ?? Number.NaN;
}

/** What the children of a process hold, for people: the engine host of a service. @param {number} pid */
export function residentOfChildren(pid) {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean);
  if (children.length === 0) return "no engine host";
  return `and its engine host, which ends after 5 idle minutes, ${children.map((child) => residentMegabytes(Number(child)).toFixed(0)).join(" + ")} MB`;
}
