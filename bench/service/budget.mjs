// `node bench/service/budget.mjs [--jobs 3000] [--connections 16]`: what a job costs the service's thread, part by part.
//
// Clients submit Bell jobs and wait for their end, so that each is accepted, routed, run, logged and answered; the engine runs
// them in its own process, and commits on a thread of the driver's; neither is in the table. The parts come from V8's sampling profiler: a sample belongs to the first
// rule that names a function on its stack, and what no rule names is a part of its own, so the parts sum to the whole.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { describeMachine } from "../machine.mjs";
import { ROOT } from "../subjects/subjects.mjs";
import { connections, submit } from "./client.mjs";
import { BELL, startService } from "./serve-process.mjs";

const { values } = parseArgs({
  options: { jobs: { type: "string", default: "3000" }, connections: { type: "string", default: "16" } },
});
const [jobs, clients] = [Number(values.jobs), Number(values.connections)];
const WARM_UP_JOBS = 2000;

/** @type {readonly (readonly [part: string, frames: RegExp])[]} a frame is `function file` */
const RULES = [
  ["garbage collection", /^\(garbage collector\) /],
  [
    "sign the log's head, write its tiles",
    / audit\/(log-writer|checkpoint|tiles|tile-files|durable-file|high-water)\.js$/,
  ],
  ["entry of the log: build and add", /^(outcomeLeaf|draftReceipt) | database\/leaf-table\.js$/],
  ["insert and update rows", /^(write|runAll) database\//],
  ["begin, and hand the commit over", /^runGroup database\/| libsql\/promise\.js$/],
  ["read the store", /^(get|all) adapters\/sqlite\/drivers\.js$/],
  ["route: estimate and decide", /^(route|decide) | routing\/| jobs\/decide\.js$/],
  ["speak with the engine", / (workers\/|engines\/|comlink)/],
  ["authenticate, limit the rate", / (identity\/|http\/authenticate|http\/rate-limit)/],
  ["read and validate the body", / (http\/read-body|core\/strict-json|models\/check)/],
  [
    "answer: view, JSON, write",
    /^(answer|json|viewJob|view) (http\/routes|http\/operation|jobs\/)|^(finished|end|responseViaResponseObject) /,
  ],
  ["observe: metrics, log lines", / (telemetry\/|lib\/(histogram|counter))/],
  ["rules of jobs", / jobs\//],
  ["HTTP: Node and Hono", / (http\/|node:_http|dist\/(index|hono-base|router))/],
];

const folder = mkdtempSync(join(tmpdir(), "ketflow-budget-"));
try {
  console.log(JSON.stringify(describeMachine(ROOT)));
  // Module by module, as `tsc` wrote it: in the bundle no file says which part a function belongs to.
  const program = join(folder, "ketflow.mjs");
  writeFileSync(
    program,
    `import { main } from ${JSON.stringify(join(ROOT, "dist/cli/main.js"))};\nawait main(process.argv.slice(2));\n`,
  );
  const service = await startService(
    ["--cpu-prof", "--cpu-prof-interval", "200", "--cpu-prof-dir", folder],
    [],
    program,
  );
  await sleep(4000); // the calibration of the first start
  await runJobs(service.port, WARM_UP_JOBS, 0);
  const from = process.hrtime.bigint();
  await runJobs(service.port, jobs, WARM_UP_JOBS);
  const to = process.hrtime.bigint();
  await service.stop();
  printTable(Number(from) / 1000, Number(to) / 1000);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** @param {number} port @param {number} count @param {number} firstSeed */
async function runJobs(port, count, firstSeed) {
  const agent = connections(clients);
  let next = 0;
  const client = async () => {
    while (next < count) {
      const input = { format: "openqasm2", source: BELL };
      const { job } = await submit(agent, port, { type: "circuit", seed: firstSeed + next++, input });
      if (job.status !== "succeeded") throw new Error(`a job ${job.status}`);
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  agent.destroy();
}

/** @typedef {{ id: number, children?: number[], callFrame: { functionName: string, url: string } }} ProfileNode */

/** @param {number} from µs of the monotonic clock, as V8 counts @param {number} to */
function printTable(from, to) {
  const file = readdirSync(folder).find((name) => name.endsWith(".0.001.cpuprofile")) ?? "";
  /** @type {{ nodes: ProfileNode[], samples: number[], timeDeltas: number[], startTime: number }} */
  const { nodes, samples, timeDeltas, startTime } = JSON.parse(readFileSync(join(folder, file), "utf8"));
  const byId = new Map(nodes.map((node) => [node.id, node]));
  /** @type {Map<number, number>} */ const parents = new Map();
  for (const { id, children = [] } of nodes) for (const child of children) parents.set(child, id);
  /** @type {Map<string, number>} */ const sums = new Map();
  /** @type {Map<number, string>} */ const known = new Map();
  let at = startTime;
  for (const [k, id] of samples.entries()) {
    const micros = timeDeltas[k] ?? 0;
    at += micros;
    if (at < from || at > to) continue;
    const part = known.get(id) ?? partOf(stackOf(id, byId, parents));
    known.set(id, part);
    sums.set(part, (sums.get(part) ?? 0) + micros);
  }
  const idle = sums.get("(idle)") ?? 0;
  sums.delete("(idle)");
  const rows = [...sums].sort((a, b) => b[1] - a[1]);
  const total = rows.reduce((sum, [, micros]) => sum + micros, 0);
  console.log("| part | µs a job |\n|---|---:|");
  for (const [part, micros] of rows) console.log(`| ${part} | ${(micros / jobs).toFixed(0)} |`);
  console.log(`| **together** | **${(total / jobs).toFixed(0)}** |`);
  console.log(`${jobs} jobs, ${clients} at once; the thread waited for ${(idle / jobs).toFixed(0)} µs a job`);
}

/** @param {number} leaf @param {Map<number, ProfileNode>} byId @param {Map<number, number>} parents @returns {string[]} */
function stackOf(leaf, byId, parents) {
  const frames = [];
  for (let id = /** @type {number | undefined} */ (leaf); id !== undefined; id = parents.get(id)) {
    const { functionName, url } = /** @type {ProfileNode} */ (byId.get(id)).callFrame;
    const path = url.includes("/node_modules/") ? url.split("/").slice(-2).join("/") : url.split("/dist/").at(-1);
    frames.push(`${functionName} ${path}`);
  }
  return frames;
}

/** @param {string[]} frames */
function partOf(frames) {
  if (frames[0]?.startsWith("(idle)")) return "(idle)";
  return (
    RULES.find(([, pattern]) => frames.some((frame) => pattern.test(frame)))?.[0] ??
    "the rest: Node's event loop, promises, sockets"
  );
}
