// Simulators from npm, by the protocol of docs/benchmarks.md: `node circuits.mjs quantum-circuit|qsharp`. They run circuits of U, cx and cz;
// only the evolution of the state is timed, and the answer is taken from their amplitudes.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

/** @typedef {{ name: string, angles: number[], qubits: number[] }} Gate */
/** @typedef {{ re: Float64Array, im: Float64Array }} Amplitudes of outcomes with qubit 0 lowest */

/** @param {string} source OpenQASM 3 @returns {{ qubits: number, gates: Gate[] }} */
function read(source) {
  const qubits = Number(/qubit\[(\d+)\]/.exec(source)?.[1]);
  const gates = [...source.matchAll(/^(U|cx|cz)(?:\(([^)]*)\))? ([^;]*);/gm)].map(
    ([, name = "", angles, operands = ""]) => ({
      name,
      angles: angles?.split(",").map(Number) ?? [],
      qubits: [...operands.matchAll(/\[(\d+)\]/g)].map(([, qubit]) => Number(qubit)),
    }),
  );
  return { qubits, gates };
}

/** @param {number} qubits @param {Iterable<readonly [number, number, number]>} entries outcome, real, imaginary @returns {Amplitudes} */
function amplitudes(qubits, entries) {
  const [re, im] = [new Float64Array(2 ** qubits), new Float64Array(2 ** qubits)];
  for (const [outcome, real, imaginary] of entries) {
    re[outcome] = real;
    im[outcome] = imaginary;
  }
  return { re, im };
}

/** The simulator in plain JavaScript. @param {{ qubits: number, gates: Gate[] }} program */
function quantumCircuit({ qubits, gates }) {
  // Its package has no entry that import finds.
  const Circuit = createRequire(import.meta.url)("quantum-circuit");
  const circuit = new Circuit(qubits);
  for (const { name, angles, qubits: wires } of gates) {
    const [theta, phi, lambda] = angles;
    if (name === "U") circuit.appendGate("u3", wires[0], { params: { theta, phi, lambda } });
    else circuit.appendGate(name, wires);
  }
  const run = async () => {
    const startMs = performance.now();
    circuit.run();
    return performance.now() - startMs;
  };
  const state = async () => {
    const entries = Object.entries(/** @type {Record<string, { re: number, im: number }>} */ (circuit.state));
    return amplitudes(
      qubits,
      entries.map(([index, { re, im }]) => [Number(index), re, im]),
    );
  };
  return { run, state };
}

/** Q#'s sparse simulator in WASM. @param {{ qubits: number, gates: Gate[] }} program */
async function qsharp({ qubits, gates }) {
  const { getCompiler, loadWasmModule, QscEventTarget } = await import("qsharp-lang");
  const require = createRequire(import.meta.url);
  const wasm = readFileSync(new URL("../lib/web/qsc_wasm_bg.wasm", `file://${require.resolve("qsharp-lang")}`));
  await loadWasmModule(wasm.buffer.slice(wasm.byteOffset, wasm.byteOffset + wasm.length));
  const compiler = await getCompiler();
  const lines = gates.map(({ name, angles: [theta, phi, lambda], qubits: [a, b] }) => {
    if (name === "U") return `Rz(${lambda}, q[${a}]); Ry(${theta}, q[${a}]); Rz(${phi}, q[${a}]);`;
    return name === "cx" ? `CNOT(q[${a}], q[${b}]);` : `CZ(q[${a}], q[${b}]);`;
  });
  /** @param {number} shots @param {string} last */
  const execute = async (shots, last) => {
    const events = new QscEventTarget(true);
    const body = `use q = Qubit[${qubits}];\n${lines.join("\n")}\n${last}\nResetAll(q);`;
    const program = {
      sources: [["a.qs", `operation Main() : Unit {\n${body}\n}`]],
      languageFeatures: [],
      profile: "unrestricted",
    };
    const startMs = performance.now();
    await compiler.run(program, "", shots, events);
    return { ms: performance.now() - startMs, events };
  };
  // It compiles its program in every run, so the time of a shot is a difference; over eight shots where one is short.
  const run = async () => {
    const more = qubits > 12 ? 1 : 8;
    const [one, all] = [await execute(1, ""), await execute(1 + more, "")];
    return (all.ms - one.ms) / more;
  };
  const state = async () => {
    const { events } = await execute(1, "Microsoft.Quantum.Diagnostics.DumpMachine();");
    const dump = events
      .getResults()[0]
      .events.find((/** @type {{ type: string }} */ { type }) => type === "DumpMachine");
    const entries = Object.entries(/** @type {Record<string, [number, number]>} */ (dump.state));
    const outcome = (/** @type {string} */ ket) => Number.parseInt([...ket.slice(1, -1)].reverse().join(""), 2);
    return amplitudes(
      qubits,
      entries.map(([ket, [re, im]]) => [outcome(ket), re, im]),
    );
  };
  return { run, state };
}

/** @param {string} observable a Pauli sum with weights @param {Amplitudes} state */
function expectation(observable, { re, im }) {
  let sum = 0;
  for (const term of observable.split(" + ")) {
    const [weight = "", letters = ""] = term.split("*");
    const places = [...letters].reverse();
    const bit = (/** @type {string} */ of) =>
      places.reduce((mask, letter, q) => (of.includes(letter) ? mask | (1 << q) : mask), 0);
    const [flips, signs, ys] = [bit("XY"), bit("ZY"), places.filter((letter) => letter === "Y").length];
    for (let x = 0; x < re.length; x++) {
      // ⟨ψ|P|ψ⟩ = Σ conj(ψ[x ^ flips]) i^ys (−1)^popcount(x & signs) ψ[x]
      let odd = x & signs;
      for (const shift of [16, 8, 4, 2, 1]) odd ^= odd >> shift;
      const y = x ^ flips;
      const [real, imaginary] = [re[y] * re[x] + im[y] * im[x], re[y] * im[x] - im[y] * re[x]];
      const turned = [real, -imaginary, -real, imaginary][ys % 4] ?? 0;
      sum += Number(weight) * ((odd & 1) === 1 ? -turned : turned);
    }
  }
  return sum;
}

/** @param {readonly number[]} qubits @param {Amplitudes} state */
function marginal(qubits, { re, im }) {
  const probabilities = new Array(2 ** qubits.length).fill(0);
  for (let x = 0; x < re.length; x++) {
    const value = qubits.reduce((word, qubit, place) => word | (((x >> qubit) & 1) << place), 0);
    probabilities[value] += re[x] ** 2 + im[x] ** 2;
  }
  return { qubits, probabilities };
}

const make = { "quantum-circuit": quantumCircuit, qsharp }[process.argv[2] ?? ""];
if (make === undefined) throw new Error("usage: node circuits.mjs quantum-circuit|qsharp");
let source = "";
let simulator;
for await (const line of createInterface({ input: process.stdin })) {
  const { run, wantResult } = JSON.parse(line);
  let reply;
  try {
    if (run.source !== source) {
      simulator = await make(read(run.source));
      source = run.source;
    }
    const engineMs = await simulator.run();
    reply = { engineMs };
    if (wantResult) {
      const state = await simulator.state();
      const marginals = run.options.marginals?.map((/** @type {number[]} */ qubits) => marginal(qubits, state));
      reply = { engineMs, result: { expectation: expectation(run.options.observable, state), marginals } };
    }
  } catch (error) {
    reply = { error: error instanceof Error ? error.message : String(error) };
  }
  process.stdout.write(`${JSON.stringify(reply)}\n`);
}
