// Jobs created by wrk (Debian's package): one thread of C takes little of the cores that a service needs.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BELL, KEY } from "./serve-process.mjs";

const JOB = { type: "circuit", seed: 7, input: { format: "openqasm2", source: BELL } };
const SCRIPT =
  `wrk.method = "POST"\nwrk.headers["Authorization"] = "Bearer ${KEY}"\nwrk.headers["Content-Type"] = "application/json"\n` +
  `wrk.body = [==[${JSON.stringify(JOB)}]==]\n` +
  "done = function(summary, latency)\n" +
  '  io.write(string.format("RESULT %d %d %d %d %d %d\\n", summary.requests, summary.duration, summary.errors.status, ' +
  "summary.errors.timeout, latency:percentile(50), latency:percentile(95)))\nend\n";

/**
 * As many jobs as the service takes.
 * @param {number} port @param {number} connections each of them with one request at a time @param {number} seconds
 * @returns how many requests were answered, how many of them not with success, how many timed out (10 s), and the quantiles in ms
 */
export function createJobs(port, connections, seconds) {
  const folder = mkdtempSync(join(tmpdir(), "ketflow-wrk-"));
  const script = join(folder, "create.lua");
  writeFileSync(script, SCRIPT);
  const args = ["-t1", `-c${connections}`, `-d${seconds}s`, "--timeout", "10s", "-s", script];
  const { stdout, error } = spawnSync("wrk", [...args, `http://127.0.0.1:${port}/v1/jobs`], { encoding: "utf8" });
  rmSync(folder, { recursive: true });
  if (error) throw new Error("wrk is not there; apt-get install wrk", { cause: error });
  const [requests = 0, micros = 1, refused = 0, timeouts = 0, p50 = 0, p95 = 0] =
    /RESULT ([\d ]+)/.exec(stdout)?.[1]?.split(" ").map(Number) ?? [];
  return { requests, perSecond: requests / (micros / 1e6), refused, timeouts, p50: p50 / 1000, p95: p95 / 1000 };
}
