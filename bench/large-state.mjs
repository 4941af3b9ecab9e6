// How much memory a wide circuit takes beside its amplitudes, and how soon a cancel in its middle ends it.
//   node bench/large-state.mjs [--qubits 26] [--wasm]
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { loadEngines } from "../dist/engines.js";

const { values } = parseArgs({ options: { qubits: { type: "string", default: "26" }, wasm: { type: "boolean" } } });
const qubits = Number(values.qubits);
const stateBytes = 2 ** qubits * 16;

/** Most that was resident since the start of the process, in bytes; Linux alone says it. */
const peakBytes = () => Number(/VmHWM:\s+(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))?.[1]) * 1024;

/** @param {number} count */
function layers(count) {
  const lines = [`OPENQASM 3.0; include "stdgates.inc"; qubit[${qubits}] q;`];
  for (let layer = 0; layer < count; layer++) {
    for (let k = 0; k < qubits; k++) lines.push(`rx(${0.1 + layer + k}) q[${k}];`);
    for (let k = layer % 2; k + 1 < qubits; k += 2) lines.push(`cx q[${k}], q[${k + 1}];`);
  }
  return lines.join("\n");
}

const engines = await loadEngines({ threads: 1, ...(values.wasm ? { native: false } : {}) });
const small = () => engines.circuit.run("OPENQASM 3.0; qubit q;", { seed: 1 });
await small();
const idle = peakBytes();

const { engineMs, identity } = await engines.circuit.run(layers(2), { seed: 1 });
const rise = peakBytes() - idle;
console.log(`${identity.build.kind}, ${qubits} qubits (${stateBytes / 2 ** 20} MiB)`);
console.log(
  `memory ${(rise / stateBytes).toFixed(3)} of the state; two layers and 1,024 shots ${Math.round(engineMs)} ms`,
);

for (const share of [0.02, 0.1, 0.3]) {
  const abort = new AbortController();
  let abortedAt = 0;
  let reached = 0;
  /** @param {{ done: number, total: number }} progress */
  const onProgress = ({ done, total }) => {
    if (done < share * total || abortedAt > 0) return;
    reached = done / total;
    abortedAt = performance.now();
    abort.abort();
  };
  const code = await engines.circuit
    .run(layers(12), { seed: 1, signal: abort.signal, onProgress })
    .catch((error) => error.code);
  const endedAt = performance.now();
  await small();
  const next = (performance.now() - endedAt).toFixed(0);
  console.log(
    `${code} ${(endedAt - abortedAt).toFixed(1)} ms after the call at ${(100 * reached).toFixed(0)} %; the next run ended ${next} ms later`,
  );
}
await engines.close();
