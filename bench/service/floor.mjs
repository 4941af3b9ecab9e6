// `node bench/service/floor.mjs [--seconds 8] [--rounds 3]`: how little a durable create can take in Node, beside load.mjs.
//
// Three servers on node:http, each with the work of the one before: the answer alone; the hash of the token, a hash of the
// input, JSON in and out; the four rows of a job, in one transaction with those that came meanwhile, synced beside the event
// loop as the service does it. No schema, no policy, no limits, no log, no metrics, and none of the jobs is run. The service
// follows, by turns with them, for a machine is not always as fast.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, fdatasyncSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { describeMachine } from "../machine.mjs";
import { ROOT } from "../subjects/subjects.mjs";
import { liftQuotas } from "./client.mjs";
import { cpuSeconds, portOf, quantile, startService } from "./serve-process.mjs";
import { createJobs } from "./wrk.mjs";

const { values } = parseArgs({
  options: { seconds: { type: "string", default: "8" }, rounds: { type: "string", default: "3" } },
});
/** As in load.mjs. */
const WARM_UP_SECONDS = 8;
const VARIANTS = {
  answer: "the answer alone",
  json: "and hashes, JSON",
  rows: "and four rows, synced",
  service: "the service",
};

/** @param {string} variant */
async function start(variant) {
  if (variant === "service") {
    const service = await startService([], ["--log-level", "warn"]);
    await sleep(4000); // the calibration of the first start
    await liftQuotas(service.port);
    return service;
  }
  const folder = mkdtempSync(join(tmpdir(), "ketflow-floor-"));
  const server = spawn(process.execPath, [join(ROOT, "bench/service/floor-server.mjs"), variant, folder], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  return {
    port: await portOf(server),
    pid: Number(server.pid),
    async stop() {
      const exit = once(server, "exit");
      server.kill();
      await exit;
      rmSync(folder, { recursive: true });
    },
  };
}

/** @param {string} variant */
async function measure(variant) {
  const { port, pid, stop } = await start(variant);
  createJobs(port, 100, WARM_UP_SECONDS);
  const before = [cpuSeconds(pid), threadSeconds(pid)];
  const { requests, perSecond, refused, p95 } = createJobs(port, 100, Number(values.seconds));
  const [all = 0, thread = 0] = [cpuSeconds(pid), threadSeconds(pid)].map((now, k) => now - (before[k] ?? 0));
  await stop();
  if (refused > 0) throw new Error(`${variant}: ${refused} requests were refused`);
  return { perSecond, p95, thread: (thread / requests) * 1e6, all: (all / requests) * 1e6 };
}

/** Of the thread that runs JavaScript. @param {number} pid */
function threadSeconds(pid) {
  const fields = readFileSync(`/proc/${pid}/task/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** How long the disk takes to confirm 64 KiB, which is what some fifty creates write: what a create waits for at least. */
function syncMillis() {
  const folder = mkdtempSync(join(tmpdir(), "ketflow-floor-"));
  const file = openSync(join(folder, "synced"), "w");
  const times = Array.from({ length: 200 }, () => {
    writeSync(file, Buffer.alloc(65_536));
    const startedAt = performance.now();
    fdatasyncSync(file);
    return performance.now() - startedAt;
  });
  closeSync(file);
  rmSync(folder, { recursive: true });
  return times;
}

console.log(JSON.stringify(describeMachine(ROOT)));
const syncs = syncMillis();
console.log(
  `the disk confirms 64 KiB in ${quantile(syncs, 0.5).toFixed(1)} ms, p95 ${quantile(syncs, 0.95).toFixed(1)} ms`,
);
/** @type {Map<string, Awaited<ReturnType<typeof measure>>[]>} */
const rounds = new Map(Object.keys(VARIANTS).map((variant) => [variant, []]));
for (let round = 0; round < Number(values.rounds); round++)
  for (const [variant, measured] of rounds) measured.push(await measure(variant));
console.log(
  "| 100 connections, medians | a second | p95 ms | µs of the thread | µs of the process |\n|---|---:|---:|---:|---:|",
);
for (const [variant, title] of Object.entries(VARIANTS)) {
  const median = (/** @type {"perSecond" | "p95" | "thread" | "all"} */ name) =>
    quantile(
      (rounds.get(variant) ?? []).map((each) => each[name]),
      0.5,
    ).toFixed(name === "p95" ? 1 : 0);
  console.log(`| ${title} | ${median("perSecond")} | ${median("p95")} | ${median("thread")} | ${median("all")} |`);
}
