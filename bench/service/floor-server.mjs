// One of the servers of floor.mjs, in a process of its own: `node bench/service/floor-server.mjs answer|json|rows FOLDER`.
import { hash, randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { openDatabase } from "../../dist/adapters/sqlite/open-database.js";
import { bufferRows } from "../../dist/database/buffered-connection.js";
import { createGroupCommit } from "../../dist/database/group-commit.js";
import { KEY } from "./serve-process.mjs";

const [variant, folder = ""] = process.argv.slice(2);
const KEY_HASH = hash("sha256", `Bearer ${KEY}`);
const store = variant === "rows" ? await openStore() : undefined;
let created = 0;

/** What a job is when it is created: about as long as the service's record of it. @param {any} body */
function newJob({ type, seed, input: { format, source } }) {
  const bytes = Buffer.from(source);
  const at = Date.now();
  const job = {
    id: `job_${randomUUID()}`,
    tenant: "local",
    type,
    request: { format, options: {}, target: "auto", reuse: true },
    seed,
    status: "queued",
    at,
    readyAt: at,
    attempts: [],
    maxAttempts: 3,
    inputHash: hash("sha256", bytes),
  };
  return { row: ++created, job, source: bytes };
}

/** The four rows that the service writes, in tables with the same keys and indexes. */
async function openStore() {
  const connection = bufferRows(await openDatabase(folder));
  connection.exec(`
    create table jobs (row integer primary key, tenant text not null, id text not null, type text not null, status text not null,
      ready_at integer, record text not null) strict;
    create unique index jobs_by_id on jobs (tenant, id);
    create index jobs_queued on jobs (status, tenant, ready_at);
    create table inputs (job integer primary key, source blob not null) strict;
    create table events (tenant text, sequence integer, job_id text, at integer, kind text, data text,
      primary key (tenant, sequence)) strict, without rowid;
    create table deeds (tenant text, id text, subject text, record text, primary key (tenant, id)) strict, without rowid`);
  const addJob = connection.rows("jobs", ["row", "tenant", "id", "type", "status", "ready_at", "record"]);
  const addInput = connection.rows("inputs", ["job", "source"]);
  const addEvent = connection.rows("events", ["tenant", "sequence", "job_id", "at", "kind", "data"]);
  const addDeed = connection.rows("deeds", ["tenant", "id", "subject", "record"]);
  const group = createGroupCommit(connection);
  return (/** @type {ReturnType<typeof newJob>} */ { row, job, source }) =>
    group.run(() => {
      const { id, tenant, type, status, at } = job;
      addJob(row, tenant, id, type, status, at, JSON.stringify(job));
      addInput(row, source);
      addEvent(tenant, row, id, at, "queued", "{}");
      const deed = {
        tenant,
        id: `ev_${id}`,
        at,
        action: "job.submit",
        actor: { id: "admin", kind: "key" },
        subject: id,
      };
      addDeed(tenant, deed.id, id, JSON.stringify(deed));
    });
}

const ANSWER = JSON.stringify(newJob({ type: "circuit", seed: 7, input: { format: "openqasm2", source: "" } }).job);

/** @param {Buffer} body @param {string | undefined} authorization @returns {Promise<string> | string} */
function answerTo(body, authorization) {
  if (variant === "answer") return ANSWER;
  if (hash("sha256", authorization ?? "") !== KEY_HASH) throw new Error("another key");
  const created = newJob(JSON.parse(body.toString()));
  const stored = store?.(created);
  return stored === undefined ? JSON.stringify(created.job) : stored.then(() => JSON.stringify(created.job));
}

const server = createServer((request, response) => {
  /** @type {Buffer[]} */ const parts = [];
  request.on("data", (part) => parts.push(part));
  request.on("end", async () => {
    const text = await answerTo(Buffer.concat(parts), request.headers.authorization);
    const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(text) };
    response.writeHead(202, headers).end(text);
  });
});
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  if (typeof address === "object") console.log(`listening on http://127.0.0.1:${address?.port}`);
});
