// One row of the table: every subject runs the workload, interleaved round by round, after its answer was checked.
import { toAnnealResult, toCircuitResult, toInferResult, toScheduleResult } from "ketflow/engines";
import { faults } from "./answer.mjs";
import { annealFaults, inferFaults, scheduleFaults } from "./search-answer.mjs";
import { requestOf } from "./workload.mjs";

/** @typedef {import("./workload.mjs").LoadedWorkload} LoadedWorkload */
/** @typedef {import("./workload.mjs").Precision} Precision */
/** @typedef {{ entry: import("./subjects/subjects.mjs").SubjectEntry, subject: import("./subject.mjs").Subject }} Started */
/**
 * @typedef {object} Row
 * @property {"row"} type
 * @property {string} workload
 * @property {Precision | null} precision of circuits
 * @property {string} subject
 * @property {number} threads
 * @property {number[]} engineMs in order of rounds
 * @property {number[]} wallMs of the whole request, in order of rounds
 * @property {string | null} resultHash
 */
/**
 * @typedef {object} Skipped
 * @property {"skipped"} type
 * @property {string} workload
 * @property {Precision | null} precision
 * @property {number} threads
 * @property {string} subject
 * @property {string} reason
 */
/** @typedef {{ precision: Precision | null, threads: number }} Setting */

/**
 * The first run of a subject: checks the answer, and so warms up.
 * @param {Started} started @param {LoadedWorkload} workload @param {Setting} setting
 * @returns {Promise<import("./subject.mjs").RunReply>}
 * @throws {Error} when the answer is wrong: its time would mean nothing
 */
export async function warmUp({ entry, subject }, workload, { precision, threads }) {
  const request = requestOf(workload, precision, threads);
  const reply = await subject.run(request, true);
  const found = faultsOf(entry, workload, precision, request.options, reply);
  if (found.length > 0) {
    const name = [workload.name, ...(precision === null ? [] : [precision])].join(" ");
    throw new Error(`${entry.name} answers ${name} wrongly:\n  ${found.slice(0, 5).join("\n  ")}`);
  }
  return reply;
}

/**
 * @param {Started["entry"]} entry @param {LoadedWorkload} workload @param {Precision | null} precision @param {object} options
 * @param {import("./subject.mjs").RunReply} reply
 * @returns {string[]}
 */
function faultsOf(entry, workload, precision, options, { container, result = {} }) {
  if (workload.kind === "circuit") {
    const shown = container === undefined ? result : toCircuitResult(bytesOf(container), options);
    const kind = precision ?? "f64";
    return faults(workload.answer, entry.tolerance(workload.precisions[kind] ?? 0, kind), shown);
  }
  const bytes = bytesOf(container ?? "");
  if (workload.kind === "anneal") return annealFaults(workload.answer, workload.input.source, toAnnealResult(bytes));
  if (workload.kind === "schedule") return scheduleFaults(workload.answer, workload.input, toScheduleResult(bytes));
  return inferFaults(workload.answer, toInferResult(bytes));
}

/** @param {string} base64 */
const bytesOf = (base64) => new Uint8Array(Buffer.from(base64, "base64"));

/**
 * @param {LoadedWorkload} workload @param {Setting} setting @param {readonly Started[]} subjects
 * @param {{ rounds: number, budgetMs: number }} limits
 * @returns {Promise<(Row | Skipped)[]>} a row per subject; none where one takes fewer threads than all are asked to
 */
export async function measure(workload, { precision, threads }, subjects, { rounds, budgetMs }) {
  /** @type {Row[]} */ const rows = [];
  const place = { workload: workload.name, precision, threads };
  for (const started of subjects) {
    const { resultHash = null, fewerThreads: reason } = await warmUp(started, workload, { precision, threads });
    if (reason !== undefined) return [{ type: "skipped", ...place, subject: started.entry.name, reason }];
    rows.push({ type: "row", ...place, subject: started.entry.name, resultHash, engineMs: [], wallMs: [] });
  }
  const hashes = new Set(rows.flatMap(({ resultHash }) => resultHash ?? []));
  if (hashes.size > 1) {
    const each = rows.map((row) => `${row.subject} ${row.resultHash}`).join(", ");
    throw new Error(`${workload.name} ${precision ?? ""}: the subjects disagree on the bytes of the result: ${each}`);
  }
  const request = requestOf(workload, precision, threads);
  const startMs = performance.now();
  for (let round = 0; round < rounds && (round < 3 || performance.now() - startMs < budgetMs); round++) {
    // Each round begins with another subject, so that none always runs behind the same neighbour.
    for (let turn = 0; turn < subjects.length; turn++) {
      const index = (round + turn) % subjects.length;
      const [started, row] = [subjects[index], rows[index]];
      if (started === undefined || row === undefined) continue;
      const reply = await started.subject.run(request, false);
      if ((reply.resultHash ?? null) !== row.resultHash) {
        throw new Error(`${row.subject} gave another result for ${workload.name} in round ${round + 1}`);
      }
      row.engineMs.push(reply.engineMs);
      row.wallMs.push(reply.wallMs);
    }
  }
  return rows;
}
