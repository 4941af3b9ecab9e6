// One row of the table: every subject runs the workload, interleaved round by round, after its answer was checked.
import { toCircuitResult } from "ketflow/engines";
import { faults } from "./answer.mjs";

/** @typedef {import("./workload.mjs").LoadedWorkload} LoadedWorkload */
/** @typedef {import("./workload.mjs").Precision} Precision */
/** @typedef {{ entry: import("./subjects/subjects.mjs").SubjectEntry, subject: import("./subject.mjs").Subject }} Started */
/**
 * @typedef {object} Row
 * @property {"row"} type
 * @property {string} workload
 * @property {Precision} precision
 * @property {string} subject
 * @property {number} threads
 * @property {number[]} engineMs in order of rounds
 * @property {number[]} wallMs of the whole request, in order of rounds
 * @property {string | null} resultHash
 */
/** @typedef {{ type: "skipped", workload: string, precision: Precision, subject: string, reason: string }} Skipped */

/**
 * The first run of a subject: checks the answer, and so warms up.
 * @param {Started} started @param {LoadedWorkload} workload @param {Precision} precision
 * @returns {Promise<string | null>} the hash of its result container
 * @throws {Error} when the answer is wrong: its time would mean nothing
 */
export async function warmUp({ entry, subject }, workload, precision) {
  const options = { ...workload.options, precision, seed: workload.seed };
  const reply = await subject.run({ ...workload.input, options }, true);
  const result =
    reply.container === undefined
      ? reply.result
      : toCircuitResult(new Uint8Array(Buffer.from(reply.container, "base64")), options);
  const found = faults(workload.answer, workload.precisions[precision] ?? 0, result ?? {});
  if (found.length > 0) {
    throw new Error(
      `${entry.name} answers ${workload.name} ${precision} wrongly:\n  ${found.slice(0, 5).join("\n  ")}`,
    );
  }
  return reply.resultHash ?? null;
}

/**
 * @param {LoadedWorkload} workload @param {Precision} precision @param {readonly Started[]} subjects
 * @param {{ rounds: number, budgetMs: number }} limits
 * @returns {Promise<Row[]>} one per subject
 */
export async function measure(workload, precision, subjects, { rounds, budgetMs }) {
  /** @type {Row[]} */ const rows = [];
  for (const started of subjects) {
    const resultHash = await warmUp(started, workload, precision);
    const common = { workload: workload.name, precision, subject: started.entry.name, threads: 1, resultHash };
    rows.push({ type: "row", ...common, engineMs: [], wallMs: [] });
  }
  const hashes = new Set(rows.flatMap(({ resultHash }) => resultHash ?? []));
  if (hashes.size > 1) {
    const each = rows.map((row) => `${row.subject} ${row.resultHash}`).join(", ");
    throw new Error(`${workload.name} ${precision}: the subjects disagree on the bytes of the result: ${each}`);
  }
  const request = { ...workload.input, options: { ...workload.options, precision, seed: workload.seed } };
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
