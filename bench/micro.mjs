// `npm run bench:micro`: in-process parts that take micro- or milliseconds, by tinybench. Each part's result is checked once.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodeResultContainer, loadEngines, toCircuitResult } from "ketflow/engines";
import { loadMldsa, verifyReceipt } from "ketflow/verify";
import { Bench } from "tinybench";
import { faults } from "./answer.mjs";
import { describeMachine } from "./machine.mjs";
import { ROOT } from "./subjects/subjects.mjs";
import { loadWorkload, workloadFiles } from "./workload.mjs";

/** @param {string} name */
function workload(name) {
  const file = workloadFiles().find((candidate) => candidate.endsWith(`/${name}.json`));
  if (file === undefined) throw new Error(`no workload ${name}`);
  const loaded = loadWorkload(file);
  if (loaded.kind !== "circuit") throw new Error(`${name} is no circuit`);
  return loaded;
}

const bench = new Bench({ time: 1000, warmupTime: 200 });
const engines = await loadEngines({ threads: 1 });
const folder = mkdtempSync(join(tmpdir(), "ketflow-micro-"));
try {
  // A worker keeps what it parsed, so every source is another one, by a comment at its end.
  for (const name of ["ghz20", "brick20"]) {
    const { input } = workload(name);
    let turn = 0;
    bench.add(
      `parse ${name} (${input.source.length} bytes) in a pool worker, with the way there and back`,
      async () => {
        turn++;
        const { view } = await engines.circuit.compile({ ...input, source: `${input.source}// ${turn}\n` });
        if (view.ops.length === 0) throw new Error("the circuit is empty");
      },
    );
  }

  const shots = workload("shots20");
  const { container } = await engines.circuit.run(shots.input, { ...shots.options, seed: shots.seed });
  const wrong = faults(shots.answer, 0, toCircuitResult(container, shots.options));
  if (wrong.length > 0) throw new Error(wrong.join("\n"));
  bench.add(`check and decode a container of 100,000 shots (${container.length} bytes)`, () => {
    if (decodeResultContainer(container).sections.size === 0) throw new Error("the container is empty");
  });
  bench.add("the same, and its JSON view", () => {
    if (toCircuitResult(container, shots.options).counts === undefined) throw new Error("there are no counts");
  });

  const receiptFile = join(folder, "bell.receipt.json");
  const run = ["dist/cli.js", "run", "examples/bell.qasm", "--receipt", receiptFile, "--data", join(folder, "data")];
  const env = { ...process.env, XDG_CONFIG_HOME: folder };
  execFileSync(process.execPath, run, { cwd: ROOT, env, stdio: ["ignore", "ignore", "inherit"] });
  const receipt = readFileSync(receiptFile);
  const trustedKeys = readFileSync(join(folder, "ketflow", "trusted-logs"), "utf8").match(/^[^#\s].*$/gm) ?? [];
  const mldsa = await loadMldsa();
  bench.add(`verify a receipt: Merkle path, Ed25519, ML-DSA-44 (${receipt.length} bytes)`, async () => {
    const report = await verifyReceipt(receipt, { trustedKeys, mldsa });
    if (!report.ok) throw new Error(`the receipt does not verify: ${JSON.stringify(report.checks)}`);
  });

  await bench.run();
} finally {
  await engines.close();
  rmSync(folder, { recursive: true, force: true });
}

const { cpu, cores, node, commit, loadAverage } = describeMachine(ROOT);
console.log(`${cpu}, ${cores} cores (load ${loadAverage.toFixed(1)}), Node ${node}, commit ${commit}\n`);
console.log("| part | fastest | median | p99 | samples |\n|---|---:|---:|---:|---:|");
const microseconds = new Intl.NumberFormat("en", { maximumSignificantDigits: 3 });
for (const { name, result } of bench.tasks) {
  if (result.state === "errored") throw result.error;
  if (!("latency" in result)) throw new Error(`${name} did not run: ${result.state}`);
  const { min, p50, p99, samplesCount } = result.latency;
  const times = [min, p50, p99].map((ms) => `${microseconds.format(ms * 1000)} µs`);
  console.log(`| ${name} | ${times.join(" | ")} | ${samplesCount} |`);
}
