// A process to be killed: runs jobs of a fake back end on the data folder argv[2] and accepts as many as argv[3] new ones.
// Prints `accepted ID` only after the store said so, `final ID STATUS` for what was committed.
import { writeSync } from "node:fs";

/** By address and not by name, so that types can be checked before anything is built. @param {string} path */
const built = (path) => import(new URL(`../../dist/${path}`, import.meta.url).href);
const { migrate } = await built("adapters/sqlite/migrate.js");
const { openDatabase } = await built("adapters/sqlite/open-database.js");
const { toHex, utf8 } = await built("core/bytes.js");
const { sha256 } = await built("core/sha256.js");
const { createSqliteDatabase } = await built("database/sqlite-database.js");
const { createJobs } = await built("jobs/jobs.js");
const { createSqliteStore } = await built("jobs/store-sqlite.js");
const { SQLITE_MIGRATIONS } = await built("migrations/sqlite/all.js");

const [, , folder = "", count = "0"] = process.argv;
/** @param {string} line Past Node's buffers, so that a kill right after it cannot take it back. */
const print = (line) => writeSync(1, `${line}\n`);

const connection = await openDatabase(folder);
migrate(connection, SQLITE_MIGRATIONS);
const store = createSqliteStore(
  createSqliteDatabase(connection),
  (/** @type {import("../../ts/jobs/job.ts").Job} */ job) => ({
    leaf: utf8(job.id),
    salt: sha256(utf8(job.id)),
  }),
);

/** @type {import("../../ts/providers/provider.ts").Provider["run"]} */
const run = async (job) => {
  await new Promise((resolve) => setTimeout(resolve, 3));
  const container = utf8(`${job.source} ${job.seed}`);
  const identity = { engine: { name: "fake", version: "1", contentHash: "" }, build: { kind: "", sha256: "" } };
  return { container, resultHash: toHex(sha256(container)), engineMs: 3, options: job.options, identity, notes: [] };
};
const description = { id: "fake", simulated: true, external: false, price: { perTaskMicroUsd: 0, perShotMicroUsd: 0 } };
const predicted = { queueMs: 0, executionMs: 3, variance: 0, costMicroUsd: 0, fidelity: 1 };
const jobs = createJobs(
  {
    store,
    providers: new Map([
      ["fake", { describe: () => description, predict: () => ({ meanMs: 3, varianceMs2: 0 }), run }],
    ]),
    decide: async (/** @type {{ seed: number }} */ { seed }) => ({
      candidates: [{ backend: "fake", eligible: true, predicted, scores: [], mean: 1, variance: 0 }],
      ...{ strategies: ["balanced"], collapse: "best-score", seed, chosen: "fake", fallbacks: [] },
      snapshotHashes: { backends: "", policy: "", calibration: "" },
    }),
    engineHash: () => undefined,
    reportError: (/** @type {unknown} */ error) => print(`error ${error}`),
  },
  { worker: `${process.pid}`, concurrency: 4 },
);
store.subscribe((/** @type {import("../../ts/jobs/job.ts").Job} */ job) => {
  if (job.finishedAt !== undefined) print(`final ${job.id} ${job.status}`);
});
await jobs.start();
for (let k = 0; k < Number(count); k++) {
  const input = { format: "openqasm2", source: `// ${k}` };
  const { id } = await jobs.submit("alice", { type: "circuit", input });
  print(`accepted ${id}`);
}
