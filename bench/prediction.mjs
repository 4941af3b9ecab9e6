// `npm run bench:prediction`: calibrates this machine, then predicts circuits that the calibration has not seen and runs them.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadEngines } from "../dist/engines.js";
import { DEFAULT_CALIBRATION, predictionError, predictorOf } from "../dist/routing/calibration.js";
import { calibrateMachine } from "../dist/routing/calibration-file.js";
import { describeMachine } from "./machine.mjs";
import { ROOT } from "./subjects/subjects.mjs";

const RUNS = 5;

/** A small linear congruential generator: the same circuits on every machine. @param {number} seed */
function generator(seed) {
  let state = seed;
  return (/** @type {number} */ below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** A random circuit of gates that the calibration's layers do not have. @param {number} qubits @param {number} gates @param {number} seed */
function randomCircuit(qubits, gates, seed) {
  const pick = generator(seed);
  const lines = ["OPENQASM 3.0;", 'include "stdgates.inc";', `qubit[${qubits}] q;`];
  for (let k = 0; k < gates; k++) {
    const [a, b] = [pick(qubits), pick(qubits - 1)];
    const other = b >= a ? b + 1 : b;
    const angle = `${1 + pick(31)}*pi/16`;
    const choices = [
      `h q[${a}];`,
      `t q[${a}];`,
      `ry(${angle}) q[${a}];`,
      `U(${angle}, 0.3, 0.7) q[${a}];`,
      `cx q[${a}], q[${other}];`,
      `cz q[${a}], q[${other}];`,
      `cp(${angle}) q[${a}], q[${other}];`,
      `swap q[${a}], q[${other}];`,
    ];
    lines.push(choices[pick(choices.length)] ?? "");
  }
  return lines.join("\n");
}

const folder = mkdtempSync(join(tmpdir(), "ketflow-prediction-"));
const engines = await loadEngines({ threads: 1 });
try {
  const predictors = {
    calibrated: predictorOf(await calibrateMachine(join(folder, "calibration.json"), engines)),
    default: predictorOf(DEFAULT_CALIBRATION),
  };
  /** @type {Record<string, { predictedMs: number, actualMs: number }[]>} */
  const cases = { calibrated: [], default: [] };
  for (let index = 0; index < 60; index++) {
    const qubits = 2 + (index % 19);
    const source = randomCircuit(qubits, 20 + 7 * (index % 11), index);
    const precision = /** @type {"f32" | "f64"} */ (index % 2 === 0 ? "f64" : "f32");
    const options = { shots: 1024, precision };
    const circuit = await engines.circuit.compile(source);
    const estimate = await circuit.estimate(options);
    const times = [];
    while (times.length < RUNS) times.push((await circuit.run({ ...options, seed: 1 })).engineMs);
    for (const [name, predict] of Object.entries(predictors)) {
      cases[name]?.push({
        predictedMs: predict({ type: "circuit", estimate, options }).meanMs,
        actualMs: Math.min(...times),
      });
    }
  }
  const percent = (/** @type {number} */ share) => `${(100 * share).toFixed(0)} %`;
  console.log(JSON.stringify(describeMachine(ROOT)));
  for (const [name, list] of Object.entries(cases)) {
    const { median, p95 } = predictionError(list);
    console.log(`${name}: ${list.length} unseen circuits, error median ${percent(median)}, p95 ${percent(p95)}`);
  }
} finally {
  await engines.close();
  rmSync(folder, { recursive: true, force: true });
}
