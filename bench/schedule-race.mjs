// Schedulers against the clock: what each has found of an instance after some seconds, as its distance from the best known makespan.
import { existsSync, readFileSync } from "node:fs";
import { loadavg } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { toScheduleResult } from "ketflow/engines";
import * as z from "zod";
import { SCHEDULE_PEERS, startScheduling } from "./subjects/schedule-peers.mjs";

/**
 * @typedef {object} Instance
 * @property {string} name
 * @property {string} family
 * @property {"rcp" | "jsp" | "fjs"} format
 * @property {string} source
 * @property {number} best known makespan
 */
/** @typedef {{ name: string, subject: import("./subject.mjs").Subject }} Racer */
/**
 * @typedef {object} RaceRow
 * @property {"schedule-race"} type
 * @property {string} instance
 * @property {string} family
 * @property {number} best known makespan
 * @property {number} limitMs
 * @property {string} subject
 * @property {number} seed
 * @property {number | null} makespan null where it found no schedule in its time
 * @property {number} lowerBound
 * @property {number} engineMs
 * @property {number} load of the machine at its end, over a minute
 */

/** The folders of a collection, by what `best_known.json` calls them. */
const FAMILIES = /** @type {const} */ ([
  { family: "rcpsp", format: "rcp", suffix: "rcp" },
  { family: "jsp", format: "jsp", suffix: "txt" },
  { family: "fjsp", format: "fjs", suffix: "txt" },
]);
const BestKnown = z.record(z.string(), z.union([z.number(), z.tuple([z.number(), z.number()])]));

/** The instances that come with the benchmark. @returns {Instance[]} */
export function ownInstances() {
  const source = (/** @type {string} */ file) => {
    return readFileSync(fileURLToPath(new URL(`workloads/schedules/${file}`, import.meta.url)), "utf8");
  };
  return [{ name: "ta01", family: "jsp", format: "jsp", source: source("ta01.jsp"), best: 1231 }];
}

/**
 * @param {string} folder with `best_known.json`, `{family: {name: makespan or [bound, makespan]}}`, and a folder for each family
 * @returns {Instance[]} those whose file is there
 */
export function instancesOf(folder) {
  const file = join(folder, "best_known.json");
  const known = JSON.parse(readFileSync(file, "utf8"));
  return FAMILIES.flatMap(({ family, format, suffix }) => {
    const table = BestKnown.safeParse(known[family] ?? {});
    if (!table.success) throw new Error(`${file}, ${family}: ${z.prettifyError(table.error)}`);
    return Object.entries(table.data).flatMap(([name, value]) => {
      const path = join(folder, family, `${name}.${suffix}`);
      if (!existsSync(path)) return [];
      const best = typeof value === "number" ? value : value[1];
      return [{ name, family, format, source: readFileSync(path, "utf8"), best }];
    });
  });
}

/**
 * Every racer on every instance under every limit, one after the other, each round beginning with another one.
 * @param {readonly Instance[]} instances @param {readonly Racer[]} racers
 * @param {{ limitsMs: readonly number[], seed: number, checker: import("./subject.mjs").Subject, told: (row: RaceRow) => void }} setting
 * @throws {Error} when an answer is no schedule, or beats a bound: nothing then means anything
 */
export async function raceSchedules(instances, racers, { limitsMs, seed, checker, told }) {
  let round = 0;
  for (const { name: instance, family, format, source, best } of instances) {
    for (const limitMs of limitsMs) {
      const turn = round++ % racers.length;
      for (const { name, subject } of [...racers.slice(turn), ...racers.slice(0, turn)]) {
        const options = { seed, timeLimitMs: limitMs };
        const reply = await subject.run({ type: "schedule", format, source, options }, true);
        const result = scheduleOf(reply);
        const faults = result === null ? [] : await checker.judge({ format, source, result });
        if (faults.length > 0)
          throw new Error(`${name} answers ${instance} wrongly:\n  ${faults.slice(0, 5).join("\n  ")}`);
        told({
          ...{ type: "schedule-race", instance, family, best, limitMs, subject: name, seed },
          ...{ makespan: result?.makespan ?? null, lowerBound: result?.lowerBound ?? 0 },
          ...{ engineMs: reply.engineMs, load: loadavg()[0] ?? 0 },
        });
      }
    }
  }
}

/** @param {import("./subject.mjs").RunReply} reply */
function scheduleOf({ container, result }) {
  if (container !== undefined) return toScheduleResult(new Uint8Array(Buffer.from(container, "base64")));
  return /** @type {import("ketflow/engines").ScheduleResult | null} */ (/** @type {unknown} */ (result ?? null));
}

const SEED = 1;

/**
 * Our racers and the peers, which are started for it.
 * @param {readonly Instance[]} instances @param {readonly Racer[]} ours @param {readonly number[]} limitsMs @param {string} root
 */
export async function raceWithPeers(instances, ours, limitsMs, root) {
  const checker = startScheduling("judge", root);
  const peers = SCHEDULE_PEERS.map(({ name, start }) => ({ name, subject: start(root) }));
  /** @type {RaceRow[]} */ const rows = [];
  const told = (/** @type {RaceRow} */ row) => {
    rows.push(row);
    const found = row.makespan === null ? "nothing" : row.makespan;
    console.error(`${row.instance} (${row.best}), ${row.limitMs / 1000} s: ${row.subject} ${found}`);
  };
  try {
    await raceSchedules(instances, [...ours, ...peers], { limitsMs, seed: SEED, checker, told });
  } finally {
    for (const subject of [checker, ...peers.map(({ subject }) => subject)]) subject.close();
  }
  return rows;
}
