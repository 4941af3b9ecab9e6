import { execFileSync, spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { IDENTITIES } from "../../ts/workers/engines.ts";
import { JobWorker } from "../../ts/workers/job-worker.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
/** In CI alone: an addon has to be built for it, which takes minutes. */
const isAsked = process.env.KETFLOW_REQUIRE !== undefined;
const canBuild = process.platform === "linux" && spawnSync("cargo", ["--version"]).status === 0;
const QUBITS = 18;
const LAYER = `rx(0.3) q; ${Array.from({ length: QUBITS - 1 }, (_, k) => `cx q[${k}], q[${k + 1}];`).join(" ")}`;
const INPUT = {
  format: "openqasm3",
  source: `OPENQASM 3.0; include "stdgates.inc"; qubit[${QUBITS}] q; ${LAYER.repeat(4)}`,
} as const;

if (!canBuild && isAsked) throw new Error("no cargo, and KETFLOW_REQUIRE asks for it");

describe.skipIf(!isAsked || availableParallelism() < 2)("a panic inside the native addon", () => {
  const folder = mkdtempSync(join(tmpdir(), "ketflow-panic-"));
  const worker = new JobWorker();

  beforeAll(() => {
    // The published profile, in which `panic` is what counts, without what takes minutes.
    const quick = { LTO: "off", CODEGEN_UNITS: "16", OPT_LEVEL: "1" };
    const environment = Object.entries(quick).map(([name, value]) => [`CARGO_PROFILE_RELEASE_${name}`, value]);
    const target = process.env.CARGO_TARGET_DIR ?? join(root, "target");
    const manifest = join(root, "crates", "node", "Cargo.toml");
    const env = { ...process.env, CARGO_TARGET_DIR: join(target, "seeded-panic"), ...Object.fromEntries(environment) };
    const asked = ["build", "--release", "--locked", "--features", "seeded-panic", "--manifest-path", manifest];
    execFileSync("cargo", asked, { env, stdio: ["ignore", "ignore", "inherit"] });
    const addon = join(folder, "ketflow.node");
    copyFileSync(join(env.CARGO_TARGET_DIR, "release", "libketflow_node.so"), addon);
    worker.start(undefined);
    worker.load("statevector", { identity: IDENTITIES.statevector, addon });
  }, 900_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const run = (seed: number) => worker.run("circuit", INPUT, { seed, shots: 7, threads: 2 }, undefined, undefined);

  it.each([
    [1001, /middle of this job: .*seeded in the leader/],
    [1002, /middle of this job: .*a helper thread stopped/],
  ])("is an error of its job (seed %i), and the process goes on to the same bytes", async (seed, message) => {
    const before = await run(1);
    expect(before.threads).toHaveLength(2);
    await expect(run(seed)).rejects.toMatchObject({ code: "engine-failure", message: expect.stringMatching(message) });
    expect((await run(1)).resultHash).toBe(before.resultHash);
  });
});
