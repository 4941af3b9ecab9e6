import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const built = existsSync(join(root, "native")) ? readdirSync(join(root, "native")) : [];

/** One job of each engine, with threads where they are shared, and a wrong one; then how long a cancel takes. */
const SCRIPT = `
  import { loadEngines } from "ketflow/engines";
  const engines = await loadEngines({ threads: 1, ...JSON.parse(process.argv[2]) });
  const brick = (n, depth) => "OPENQASM 3.0; include \\"stdgates.inc\\"; qubit[" + n + "] q;" + Array.from({ length: depth }, (_, d) =>
    Array.from({ length: n }, (_, k) => "rx(" + (0.1 + d + k) + ") q[" + k + "];").join("") +
    Array.from({ length: n - 1 }, (_, k) => (k + d) % 2 ? "" : "cx q[" + k + "], q[" + (k + 1) + "];").join("")).join("");
  const ring = Array.from({ length: 60 }, (_, k) => k + " " + ((k * 7 + 1) % 60) + " " + (k % 3 - 1)).join("\\n");
  const net = JSON.stringify({ format: "ketflow-net/1", dtype: "f32", states: [[1, 2]], layers: [
    { kind: "dense", weights: [[0.5, -1], [2, 0.25]], bias: [0.1, 0], activation: "relu" }] });
  const jobs = [
    ["circuit", brick(5, 3), { seed: 1, shots: 100 }],
    ["circuit", brick(18, 4), { seed: 1, shots: 1000, threads: 2 }],
    ["circuit", brick(28, 1), { seed: 1, shots: 100 }], // Amplitudes take more than WASM has.
    ["anneal", "# vartype=SPIN\\n" + ring, { seed: 2, reads: 40, sweeps: 200 }],
    ["schedule", "2 2\\n0 3 1 2\\n1 4 0 2\\n", { seed: 3 }, "jsp"],
    ["infer", net, { seed: 0 }],
  ];
  const runs = [];
  for (const [type, source, options, format = "auto"] of jobs) {
    const { resultHash, identity, threads } = await engines.run(type, { format, source }, options);
    const estimate = await engines.estimate(type, { format, source }, {});
    runs.push({ type, resultHash, kind: identity.build.kind, threads: threads?.length, estimate });
  }
  const refused = await engines.circuit.run("OPENQASM 3.0; qubit q; nogate q;", {}).catch((error) => error.toJSON?.() ?? { code: error.code, message: error.message });
  const stop = new AbortController();
  setTimeout(() => stop.abort(), 300);
  const startedAt = performance.now();
  const cancelled = await engines.circuit.run(brick(24, 60), { seed: 1, signal: stop.signal }).catch((error) => error.code);
  const cancelMs = performance.now() - startedAt - 300;
  const after = await engines.circuit.run(jobs[0][1], jobs[0][2]);
  console.log(JSON.stringify({ runs, refused, cancelled, cancelMs, again: after.resultHash === runs[0].resultHash, kind: engines.identity.build.kind }));
  await engines.close();
`;

interface Report {
  runs: { type: string; resultHash: string; kind: string; threads: number; estimate: object }[];
  refused: { code: string; message: string };
  cancelled: string;
  cancelMs: number;
  again: boolean;
  kind: string;
}

if (built.length === 0 && process.env.KETFLOW_REQUIRE !== undefined) {
  throw new Error("no native package, and KETFLOW_REQUIRE asks for it; npm run build:native makes it");
}

describe.skipIf(built.length === 0)("the native engines, installed beside the package", () => {
  const folder = mkdtempSync(join(tmpdir(), "ketflow-native-"));
  const modules = join(folder, "node_modules");
  const [name = ""] = built;
  const asked = (options: object, environment: Record<string, string> = {}): Report => {
    const text = execFileSync(process.execPath, ["job.mjs", JSON.stringify(options)], {
      cwd: folder,
      encoding: "utf8",
      env: { ...process.env, ...environment },
    });
    return JSON.parse(text) as Report;
  };

  beforeAll(() => {
    for (const part of ["package.json", "dist", "wasm-pkg"]) {
      cpSync(join(root, part), join(modules, "ketflow", part), { recursive: true });
    }
    cpSync(join(root, "native", name), join(modules, name), { recursive: true });
    for (const dependency of ["comlink", "zod", "@noble"])
      symlinkSync(join(root, "node_modules", dependency), join(modules, dependency));
    writeFileSync(join(folder, "job.mjs"), SCRIPT);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("run every kind of job to the bytes of WASM, tell the same estimates, and end when they are told", () => {
    const [native, wasm] = [asked({}), asked({ native: false })];
    expect(native.runs.map(({ kind }) => kind)).toEqual(native.runs.map(() => name.replace("ketflow-", "")));
    expect(wasm.runs.every(({ kind }) => kind.startsWith("wasm"))).toBe(true);
    const bytes = ({ runs }: Report) => runs.map(({ type, resultHash, estimate }) => ({ type, resultHash, estimate }));
    expect(bytes(native)).toEqual(bytes(wasm));
    expect(native.runs[1]?.threads).toBe(2);
    expect(native.refused).toEqual(wasm.refused);
    expect(native.refused.code).toBe("invalid-input");
    expect([native.cancelled, native.again]).toEqual(["cancelled", true]);
  }, 300_000);

  it("stay out with KETFLOW_NATIVE=0", () => {
    expect(asked({}, { KETFLOW_NATIVE: "0" }).kind).toBe("wasm-simd128");
  }, 120_000);

  it("are left out where they are of other sources, and refused where the file is another one", () => {
    const place = join(modules, name, "identities.json");
    const text = readFileSync(place, "utf8");
    const other = JSON.parse(text);
    other.statevector.engine.contentHash = "0".repeat(64);
    writeFileSync(place, JSON.stringify(other));
    expect(asked({}).kind).toBe("wasm-simd128");
    writeFileSync(place, text);
    appendFileSync(join(modules, name, "ketflow.node"), "x");
    expect(() => asked({})).toThrow(/integrity-violation|SHA-256/);
  }, 120_000);
});
