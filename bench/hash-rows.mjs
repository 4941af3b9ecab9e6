// What the builds are compared on: the recorded runs of test/vectors, by engine, and the workloads.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./subjects/subjects.mjs";
import { loadWorkload, precisionsOf, requestOf, takesThreads, workloadFiles } from "./workload.mjs";

/**
 * @typedef {object} Row
 * @property {string} name
 * @property {boolean} takesThreads
 * @property {boolean} isNative whether the native subject runs it
 * @property {string} [recorded] the hash that is known before
 * @property {(column: import("./hash-columns.mjs").Column, threads: number) => Promise<Cell>} run
 */
/** @typedef {{ hash: string, isShared: boolean }} Cell whether as many threads as were asked for took part, of several runs in one */

/**
 * Made by the native engines: inputs on both sides of every threshold of block sizes, precisions, branches and reads. Hybrid jobs
 * are searches in JavaScript over the engine of circuits.
 */
const RECORDED = /** @type {const} */ ([
  ["circuit", "statevector/hashes.json"],
  ["anneal", "anneal/hashes.json"],
  ["schedule", "schedule/hashes.json"],
  ["infer", "qnet/runs.json"],
  ["hybrid", "hybrid/hashes.json"],
]);

/** @param {readonly string[]} hashes */
const together = (hashes) => createHash("sha256").update(hashes.join("\n")).digest("hex");

/** @returns {Row[]} one for each engine: the hash of the hashes of its recorded runs */
export function recordedRows() {
  return RECORDED.map(([type, file]) => {
    const { cases } = JSON.parse(readFileSync(join(ROOT, "test", "vectors", file), "utf8"));
    return {
      name: `${cases.length} recorded ${type} runs`,
      takesThreads: takesThreads(type),
      isNative: type !== "hybrid",
      recorded: together(cases.map((/** @type {{ sha256: string }} */ { sha256 }) => sha256)),
      run: async (column, threads) => {
        /** @type {string[]} */ const hashes = [];
        let isShared = false;
        for (const { format, source, options } of cases) {
          // The limit belongs to an engine where it is started, and never changes a byte of what it grants.
          const { memoryLimitMiB: _, ...wanted } = options;
          const more = takesThreads(type) ? { threads } : {};
          const reply = await column.run({ type, format, source, options: { seed: 0, ...wanted, ...more } }, false);
          hashes.push(reply.resultHash ?? "none");
          isShared ||= reply.fewerThreads === undefined;
        }
        return { hash: together(hashes), isShared };
      },
    };
  });
}

/** @param {number} maxQubits @returns {Row[]} */
export function workloadRows(maxQubits) {
  const workloads = workloadFiles().map(loadWorkload);
  const small = workloads.filter((workload) => workload.kind !== "circuit" || workload.qubits <= maxQubits);
  return small.flatMap((workload) =>
    precisionsOf(workload).map((precision) => ({
      name: [workload.name, ...(precision === null ? [] : [precision])].join(", "),
      takesThreads: takesThreads(workload.kind),
      isNative: true,
      run: async (column, threads) => {
        const reply = await column.run(requestOf(workload, precision, threads), false);
        return { hash: reply.resultHash ?? "none", isShared: reply.fewerThreads === undefined };
      },
    })),
  );
}
