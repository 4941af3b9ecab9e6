import type { Check } from "../audit/checkpoint.ts";
import { draftReceipt } from "../audit/receipt.ts";
import { Tally } from "../audit/tally.ts";
import { equalBytes, fromUtf8, toHex } from "../core/bytes.ts";
import { canonicalJson, type Json } from "../core/canonical-json.ts";
import { sha256 } from "../core/sha256.ts";
import type { SqlRow } from "../database/sqlite-connection.ts";
import type { SqliteDatabase } from "../database/sqlite-database.ts";
import { FINAL_STATES } from "../models/job.ts";
import type { Job } from "./job.ts";
import { outcomeOf } from "./outcome.ts";

const ROWS_PER_READ = 100;

/** Reads every job: a final one has its log entry, which is what the stored job gives under its salt, and its result has its hash. */
export function checkOutcomes({ connection, leaves }: SqliteDatabase): Check {
  const page = connection.prepare(`select row, id, tenant, status, record, salt, result_hash, inputs.source, container
    from jobs left join inputs on job = row left join results using (tenant, result_hash)
    where row > ? order by row limit ${ROWS_PER_READ}`);
  const tally = new Tally("jobs", "jobs");
  let [last, final] = [0, 0];
  for (let rows = page.all(0); rows.length > 0; rows = page.all(last)) {
    for (const row of rows) {
      last = Number(row.row);
      tally.count(String(row.id), () => faultOf(row, leaves.range));
      if (FINAL_STATES.has(row.status as Job["status"])) final++;
    }
  }
  return tally.result(`inputs are there; of the ${final} final ones log entry and result hold`);
}

function faultOf(row: SqlRow, range: (from: number, to: number) => Uint8Array[]): string | undefined {
  const job = JSON.parse(String(row.record)) as Job;
  for (const column of ["id", "tenant", "status"] as const) {
    if (job[column] !== row[column]) return `column ${column} is not what the record says`;
  }
  if (!(row.source instanceof Uint8Array)) return "its input is missing";
  if (toHex(sha256(row.source)) !== job.inputHash) return "its input is not the one that was submitted";
  if (!FINAL_STATES.has(job.status))
    return job.leafIndex === undefined ? undefined : "it has an outcome before its end";
  const { leafIndex: index = -1, result } = job;
  const [leaf] = range(index, index + 1);
  if (leaf === undefined || !(row.salt instanceof Uint8Array)) return `it is ${job.status} without a log entry`;
  if (result !== undefined) {
    if (!(row.container instanceof Uint8Array)) return "its result is missing";
    if (toHex(sha256(row.container)) !== result.resultHash) return "its result is not the one that was stored";
  }
  const differing = differingMember(leaf, draftReceipt(outcomeOf(job, row.source), row.salt).leaf);
  return differing && `log entry ${index} has another ${differing}`;
}

/** The first member of two manifests that differs; undefined when the bytes are the same. */
function differingMember(logged: Uint8Array, drafted: Uint8Array): string | undefined {
  if (equalBytes(logged, drafted)) return undefined;
  const [was, is] = [logged, drafted].map((leaf) => JSON.parse(fromUtf8(leaf)) as Readonly<Record<string, Json>>);
  const members = Object.keys({ ...was, ...is });
  return (
    members.find((member) => canonicalJson(was?.[member] ?? null) !== canonicalJson(is?.[member] ?? null)) ?? "form"
  );
}
