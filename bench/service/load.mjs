// `node bench/service/load.mjs [--seconds 10] [--only idle,100,1000,wait,busy]`: how many jobs a service accepts, how fast it
// answers, and what it takes when idle.
//
// wrk makes the load. Each create is a job with its key checked, its body validated, its row, event and audit event committed and synced before the answer. The answers of
// wrk are checked by their status, and by the number of jobs that the service then has.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { describeMachine } from "../machine.mjs";
import { ROOT } from "../subjects/subjects.mjs";
import { connections, liftQuotas, submit } from "./client.mjs";
import { cpuSeconds, quantile, residentMegabytes, residentOfChildren, startService } from "./serve-process.mjs";
import { createJobs } from "./wrk.mjs";

const { values } = parseArgs({ options: { seconds: { type: "string", default: "10" }, only: { type: "string" } } });
const seconds = Number(values.seconds);
/** Until the hot code is compiled: the first requests cost five times as much. */
const WARM_UP_SECONDS = 8;
const brick = (/** @type {number} */ qubits) =>
  readFileSync(join(ROOT, `bench/workloads/circuits/brick${qubits}.qasm`), "utf8");

console.log(JSON.stringify(describeMachine(ROOT)));
/** @type {Record<string, (service: Running) => Promise<void>>} */
const MEASUREMENTS = {
  idle,
  100: (service) => creates(service, 100),
  1000: (service) => creates(service, 1000),
  wait: waiting,
  async busy(service) {
    const stop = keepBusy(service.port);
    await creates(service, 100, " while both cores run 22-qubit jobs");
    await stop();
  },
};
for (const name of values.only?.split(",") ?? Object.keys(MEASUREMENTS)) {
  const measure = MEASUREMENTS[name];
  if (measure === undefined) throw new Error(`--only ${name}: there are ${Object.keys(MEASUREMENTS).join(", ")}`);
  await withService(measure);
}

/** @typedef {Awaited<ReturnType<typeof startService>>} Running @param {(service: Running) => Promise<void>} work */
async function withService(work) {
  const service = await startService();
  try {
    await work(service);
  } finally {
    await service.stop();
  }
}

/** After the calibration of the first start and seven collections of garbage, two seconds apart. @param {Running} service */
async function idle({ pid }) {
  await sleep(30_000);
  console.log(`idle: ${residentMegabytes(pid).toFixed(0)} MB resident, ${residentOfChildren(pid)}`);
}

/** @param {Running} service @param {number} connections @param {string} [when] */
async function creates({ port, pid }, connections, when = "") {
  await sleep(4000); // the calibration of the first start
  await liftQuotas(port);
  createJobs(port, connections, WARM_UP_SECONDS);
  const before = await accepted(port);
  const cpu = cpuSeconds(pid);
  const { requests, perSecond, refused, timeouts, p50, p95 } = createJobs(port, connections, seconds);
  const used = cpuSeconds(pid) - cpu;
  const stored = (await accepted(port)) - before;
  const acknowledged = requests - refused;
  if (stored < acknowledged) throw new Error(`${acknowledged} jobs were acknowledged, ${stored} are stored`);
  console.log(
    `${connections} connections${when}: ${Math.round(perSecond)} creates/s, p50 ${p50.toFixed(1)} ms, ` +
      `p95 ${p95.toFixed(1)} ms; ${refused} refused, ${timeouts} timed out; ` +
      `${((used / requests) * 1e6).toFixed(0)} µs of CPU each, jobs that ran meanwhile included`,
  );
}

/** Jobs that the service has accepted, by its own count. @param {number} port */
async function accepted(port) {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  return [...text.matchAll(/^ketflow_jobs_accepted_total(?:\{[^}]*\})? (\d+)/gm)].reduce(
    (sum, [, n]) => sum + Number(n),
    0,
  );
}

/** What HTTP, store and receipt add to the engine time of a 12-qubit job. @param {Running} service */
async function waiting({ port }) {
  await sleep(5000); // the calibration of the first start
  const agent = connections(1);
  /** @type {number[]} */ const beyond = [];
  for (let k = 0; k < 220; k++) {
    const { job, ms } = await submit(agent, port, circuitJob(brick(12), k));
    if (job.status !== "succeeded") throw new Error(`a 12-qubit job ${job.status}`);
    if (k >= 20) beyond.push(ms - job.timing.engineMs);
  }
  agent.destroy();
  console.log(
    `12-qubit job over HTTP, beyond its engine time: median ${quantile(beyond, 0.5).toFixed(1)} ms, p95 ${quantile(beyond, 0.95).toFixed(1)} ms of ${beyond.length}`,
  );
}

/** Both cores run 22-qubit jobs until it is told to stop. @param {number} port */
function keepBusy(port) {
  let isOn = true;
  const agent = connections(4);
  const worker = async (/** @type {number} */ seed) => {
    for (let k = 0; isOn; k++)
      await submit(agent, port, circuitJob(brick(22), seed + 2 * k), { "cache-control": "no-cache" });
  };
  const workers = [worker(0), worker(1), worker(1000), worker(1001)];
  return async () => {
    isOn = false;
    await Promise.all(workers);
    agent.destroy();
  };
}

/** @param {string} source @param {number} seed */
function circuitJob(source, seed) {
  return { type: "circuit", seed, input: { format: "openqasm3", source }, constraints: { deadlineMs: 600_000 } };
}
