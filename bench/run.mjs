// `npm run bench -- [--native] [--only NAME,…] [--rounds N] …`: see docs/benchmarks.md.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { describeMachine } from "./machine.mjs";
import { measure } from "./measure.mjs";
import { measurePasses } from "./passes.mjs";
import { instancesOf, ownInstances, raceWithPeers } from "./schedule-race.mjs";
import { INSTANCES } from "./searches/instances.mjs";
import { measureSearches } from "./searches/measure.mjs";
import { SCHEDULE_PEERS } from "./subjects/schedule-peers.mjs";
import { ROOT, SUBJECTS } from "./subjects/subjects.mjs";
import { report } from "./tables.mjs";
import { loadWorkload, PRECISIONS, precisionsOf, takesThreads, workloadFiles } from "./workload.mjs";

const USAGE = `usage: npm run bench -- [options]
  --native           measure the native build and the naive twin as well (needs cargo)
  --peers            measure other simulators as well (need Python, see docs/benchmarks.md)
  --instances FOLDER published models and schedules with their best known values, see docs/benchmarks.md: models are searched by
                     every method, and with --peers schedulers race for the schedules
  --searches-only    nothing but the searches of these models
  --race-seconds N,… how long schedulers have for each, default 1,10
  --only NAME,…      these workloads, models and schedules only
  --kind K           circuit, anneal, schedule or infer only
  --max-qubits N     circuits of at most N qubits
  --precision P      circuits in f64 or f32 only
  --threads N,…      numbers of threads, default 1,2; above 1 where the engine shares its work and the machine has the cores
  --rounds N         rounds per row after the warm-up, default 7
  --budget SECONDS   stop a row's rounds after this time, but not before the third; default 60
  --no-passes        leave out the passes per qubit
  --passes-only      nothing but the passes per qubit
  --name NAME        the result goes to bench/results/<date>-NAME.jsonl, default "run"`;

/** @typedef {import("./measure.mjs").Started} Started */

/** @param {readonly string[]} args */
async function main(args) {
  const { values: flags } = parseArgs({
    args: [...args],
    options: {
      native: { type: "boolean", default: false },
      peers: { type: "boolean", default: false },
      instances: { type: "string" },
      "searches-only": { type: "boolean", default: false },
      "race-seconds": { type: "string", default: "1,10" },
      only: { type: "string" },
      "max-qubits": { type: "string", default: "4096" },
      precision: { type: "string" },
      kind: { type: "string" },
      threads: { type: "string", default: "1,2" },
      rounds: { type: "string", default: "7" },
      budget: { type: "string", default: "60" },
      "no-passes": { type: "boolean", default: false },
      "passes-only": { type: "boolean", default: false },
      name: { type: "string", default: "run" },
      help: { type: "boolean", default: false },
    },
  });
  if (flags.help) return console.log(USAGE);
  const [rounds, budget, maxQubits] = [flags.rounds, flags.budget, flags["max-qubits"]].map(Number);
  if (!(rounds && rounds > 0 && budget && budget > 0 && maxQubits && maxQubits > 0)) {
    throw new Error(`--rounds, --budget and --max-qubits are numbers above 0\n\n${USAGE}`);
  }
  if (flags.precision !== undefined && !PRECISIONS.some((precision) => precision === flags.precision)) {
    throw new Error(`--precision ${flags.precision}: give one of ${PRECISIONS.join(", ")}`);
  }
  const counts = flags.threads.split(",").map(Number);
  if (!counts.every((count) => Number.isInteger(count) && count > 0)) throw new Error(`--threads ${flags.threads}`);
  const wanted = flags.only?.split(",");
  const workloads = workloadFiles()
    .map(loadWorkload)
    .filter(({ name, kind }) => (wanted?.includes(name) ?? true) && kind === (flags.kind ?? kind))
    .filter((workload) => workload.kind !== "circuit" || workload.qubits <= maxQubits);
  const isWanted = (/** @type {{ name: string }} */ { name }) => wanted?.includes(name) ?? true;
  const folder = flags.instances;
  const takes = (/** @type {string} */ kind) => !flags["passes-only"] && (flags.kind ?? kind) === kind;
  const races =
    flags.peers && takes("schedule") && !flags["searches-only"]
      ? (folder === undefined ? ownInstances() : instancesOf(folder)).filter(isWanted)
      : [];
  const models = folder !== undefined && takes("anneal") ? INSTANCES.filter(isWanted) : [];
  const limitsMs = flags["race-seconds"].split(",").map((seconds) => 1000 * Number(seconds));
  if (!limitsMs.every((limit) => limit > 0)) throw new Error(`--race-seconds ${flags["race-seconds"]}`);
  const known = [...workloads, ...races, ...models].map(({ name }) => name);
  const unknown = wanted?.filter((name) => !known.includes(name)) ?? [];
  if (unknown.length > 0) throw new Error(`no workload ${unknown.join(", ")} of this kind and size`);

  const names = flags.native ? ["wasm", "native", "naive"] : ["wasm"];
  const hasPeers = flags.peers && workloads.some(({ kind }) => kind === "circuit");
  const entries = flags["searches-only"]
    ? []
    : [...SUBJECTS.values()].filter(({ name, isPeer }) => (isPeer ? hasPeers : names.includes(name)));
  const scheduling = races.length > 0 ? SCHEDULE_PEERS : [];
  for (const entry of [...entries, ...scheduling]) entry.prepare(ROOT);
  /** @type {readonly Started[]} */ const subjects = entries.map((entry) => ({ entry, subject: entry.start(ROOT) }));
  const about = Object.fromEntries([...entries, ...scheduling].map((entry) => [entry.name, entry.about(ROOT)]));
  const peers = entries.filter(({ isPeer }) => isPeer).map(({ name }) => name);
  /** @type {object[]} */
  const lines = [{ type: "run", date: new Date().toISOString(), subjects: about, peers, ...describeMachine(ROOT) }];
  try {
    for (const workload of flags["passes-only"] || flags["searches-only"] ? [] : workloads) {
      for (const precision of precisionsOf(workload)) {
        if (precision !== null && (flags.precision ?? precision) !== precision) continue;
        for (const threads of takesThreads(workload.kind) ? counts : [1]) {
          const setting = { precision, threads };
          const place = { workload: workload.name, ...setting };
          const taking = subjects.filter(({ entry }) => {
            const reason = entry.skips(workload, precision, threads);
            if (reason === undefined) return true;
            lines.push({ type: "skipped", ...place, subject: entry.name, reason });
            return false;
          });
          const rows = await measure(workload, setting, taking, { rounds, budgetMs: budget * 1000 });
          lines.push(...rows);
          const times = rows.map((row) => {
            return row.type === "row" ? `${row.subject} ${Math.min(...row.engineMs).toFixed(2)} ms` : row.reason;
          });
          console.error(`${workload.name} ${precision ?? ""}, threads ${threads}: ${times.join(", ")}`);
        }
      }
    }
    if (races.length > 0) {
      const ours = subjects
        .filter(({ entry }) => entry.makesContainer)
        .map(({ entry: { name }, subject }) => ({ name, subject }));
      lines.push(...(await raceWithPeers(races, ours, limitsMs, ROOT)));
    }
    if (folder !== undefined && models.length > 0) {
      const limits = { withPeers: flags.peers, rounds, budgetMs: budget * 1000 };
      lines.push(...(await measureSearches(models, folder, limits)));
    }
    if (!flags["no-passes"] && !flags["searches-only"])
      lines.push(...(await measurePasses(subjects.filter(({ entry }) => entry.makesContainer))));
  } finally {
    for (const { subject } of subjects) subject.close();
  }
  const results = join(ROOT, "bench", "results");
  const file = join(results, `${new Date().toISOString().slice(0, 10)}-${flags.name}.jsonl`);
  mkdirSync(results, { recursive: true });
  writeFileSync(file, `${lines.map((line) => JSON.stringify(line)).join("\n")}\n`);
  console.error(`recorded in ${file}`);
  console.log(report(lines));
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
