// How far one pass over the state is from what the memory of this machine gives: a dense one-qubit gate on each qubit in turn,
// against multiplying as many bytes in place in the same process.

/** @typedef {import("./workload.mjs").Precision} Precision */
/**
 * @typedef {object} PassRow
 * @property {"pass"} type
 * @property {string} subject
 * @property {Precision} precision
 * @property {number} qubits
 * @property {number} qubit the gate's
 * @property {number} bytes read and written in one pass
 * @property {number} passMs the fastest
 */
/** @typedef {{ type: "stream", subject: string, bytes: number, bytesPerSecond: number }} StreamRow */

const QUBITS = 20;
const ROUNDS = 5;
/** Passes in the shorter and in the longer program; the difference of their times is free of everything else in a run. */
const SHORT = 8;
const LONG = 40;
const REPEATS = 30;
const BYTES_PER_AMPLITUDE = { f64: 16, f32: 8 };
/** Beyond the caches of common machines. */
const LARGE_BYTES = 256 * 2 ** 20;

/**
 * The barrier keeps neighbouring gates from being merged into one.
 * @param {number} qubit @param {number} passes @returns {string} OpenQASM 3
 */
export function passProgram(qubit, passes) {
  return `OPENQASM 3.0;
include "stdgates.inc";
qubit[${QUBITS}] q;
for int pass in [1:${passes}] { U(0.3, 0.2, 0.1) q[${qubit}]; barrier q; }
`;
}

/**
 * @param {readonly { entry: { name: string }, subject: import("./subject.mjs").Subject }[]} subjects
 * @returns {Promise<(PassRow | StreamRow)[]>}
 */
export async function measurePasses(subjects) {
  /** @type {(PassRow | StreamRow)[]} */ const rows = [];
  for (const { entry, subject } of subjects) {
    for (const bytes of [...Object.values(BYTES_PER_AMPLITUDE).map((size) => size * 2 ** QUBITS), LARGE_BYTES]) {
      const { scaleBytesPerSecond } = await subject.stream(bytes, REPEATS);
      rows.push({ type: "stream", subject: entry.name, bytes, bytesPerSecond: scaleBytesPerSecond });
    }
  }
  for (const precision of /** @type {const} */ (["f64", "f32"])) {
    const options = { precision, seed: 1, marginals: [[0]] };
    for (let qubit = 0; qubit < QUBITS; qubit++) {
      const best = subjects.map(() => ({ shortMs: Number.POSITIVE_INFINITY, longMs: Number.POSITIVE_INFINITY }));
      for (let round = 0; round < ROUNDS; round++) {
        for (const [index, { subject }] of subjects.entries()) {
          const times = best[index];
          if (times === undefined) continue;
          /** @param {number} passes */
          const engineMs = async (passes) => {
            const run = {
              type: /** @type {const} */ ("circuit"),
              format: "openqasm3",
              source: passProgram(qubit, passes),
              options,
            };
            return (await subject.run(run, false)).engineMs;
          };
          times.shortMs = Math.min(times.shortMs, await engineMs(SHORT));
          times.longMs = Math.min(times.longMs, await engineMs(LONG));
        }
      }
      const bytes = 2 * BYTES_PER_AMPLITUDE[precision] * 2 ** QUBITS;
      best.forEach(({ shortMs, longMs }, index) => {
        const subject = subjects[index]?.entry.name ?? "";
        const passMs = (longMs - shortMs) / (LONG - SHORT);
        rows.push({ type: "pass", subject, precision, qubits: QUBITS, qubit, bytes, passMs });
      });
      console.error(`pass over ${QUBITS} qubits, ${precision}, qubit ${qubit}: done`);
    }
  }
  return rows;
}
