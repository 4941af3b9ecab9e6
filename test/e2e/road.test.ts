import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import type { Manifest } from "../../ts/verify.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const cli = join(root, "dist", "cli.js");
const bell = join(root, "examples", "bell.qasm");
const folder = mkdtempSync(join(tmpdir(), "ketflow-road-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A user with a home of their own. */
function user(name: string) {
  const home = join(folder, name);
  const environment = { PATH: process.env.PATH ?? "", HOME: home };
  const data = join(home, ".local", "share", "ketflow");
  return {
    data,
    environment,
    ketflow: (...args: string[]) => spawnSync(process.execPath, [cli, ...args], { encoding: "utf8", env: environment }),
    /** Runs with `--json` and gives the one document. */
    json(...args: string[]) {
      const { stdout, stderr, status } = this.ketflow("run", ...args, "--json");
      return { status, stderr, document: JSON.parse(stdout) };
    },
  };
}

const write = (name: string, content: string): string => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};
const manifestOf = (path: string): Manifest => JSON.parse(readFileSync(path, "utf8")).manifest;

/** Seconds of work in one operation after the other: deep enough that no machine is done before it is killed. */
const longCircuit = `OPENQASM 3; include "stdgates.inc"; qubit[20] q; for int i in [1:400] { ry(0.1 * i) q; cx q[0], q[19]; }`;

describe("a job's road, from the command to a verified receipt", () => {
  const alice = user("alice");

  it("runs, writes a receipt, verifies it and gives the same bytes again", () => {
    const { status, stderr, document } = alice.json(bell, "--seed", "7", "--shots", "500", "--probabilities");
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(document.status).toBe("succeeded");
    expect(Object.keys(document.result.counts).sort()).toEqual(["00", "11"]);
    expect(document.result.counts["00"] + document.result.counts["11"]).toBe(500);
    expect(document.receipt.verified).toBe(true);
    const { status: code, stdout } = alice.ketflow("verify", document.receipt.path, "--rerun", "--json");
    expect(code).toBe(0);
    for (const name of ["rerun", "route"]) {
      expect(JSON.parse(stdout).checks).toContainEqual(expect.objectContaining({ name, ok: true }));
    }
    expect(manifestOf(document.receipt.path)).toMatchObject({ backend: "embedded", outcome: "succeeded", seed: 7 });
  });

  it.each([
    ["graph.rudy", "4 6\n1 2 1\n2 3 1\n3 4 1\n4 1 1\n1 3 2\n2 4 2\n", ["--seed", "7"], { best: { cut: 6 } }],
    ["shop.jsp", "2 2\n0 3 1 2\n1 4 0 2\n", ["--iterations", "500"], { makespan: 6, gap: 0 }],
    [
      "net.net.json",
      JSON.stringify({
        ...{ format: "ketflow-net/1", dtype: "f32" },
        layers: [{ kind: "dense", weights: [[1, -2]], bias: [0.5], activation: "relu" }],
        states: [[3, 1]],
      }),
      [],
      { outputs: [[1.5]], argmax: [0] },
    ],
    [
      "ring.hybrid.json",
      JSON.stringify({
        ...{ format: "ketflow-hybrid/1", algorithm: "qaoa" },
        problem: { graph: { edges: [0, 1, 2, 3].map((k) => [k, (k + 1) % 4]) } },
      }),
      ["--max-iterations", "20", "--seed", "7"],
      { cut: { best: 4 }, best: { energy: -4 } },
    ],
  ])("is the same for %s", (name, source, flags, result) => {
    const { status, document } = alice.json(write(name, source), ...flags);
    expect(status).toBe(0);
    expect(document.result).toMatchObject(result);
    expect(document.receipt.verified).toBe(true);
    expect(alice.ketflow("verify", document.receipt.path, "--rerun").status).toBe(0);
  });

  it("leads back to the bytes of a search that its time limit ended", () => {
    // A twisted torus: too wide to be eliminated, so methods race.
    const torus = Array.from({ length: 6000 }, (_, k) => {
      const vertex = k % 3000;
      return `${vertex} ${(vertex + (k < 3000 ? 1 : 55)) % 3000} ${(k * k) % 7 < 3 ? 1 : -1}`;
    });
    const file = write("torus.coo", ["# vartype=SPIN", ...torus].join("\n"));
    const limit = ["--reads", "10000", "--time-limit", "150", "--seed", "3", "--max-samples", "3"];
    const first = alice.json(file, ...limit).document;
    const { options } = manifestOf(first.receipt.path);
    expect(options).toMatchObject({ method: "auto", reads: 10_000, sweepLimit: first.result.work.sweeps });
    expect(first.result.auto.reason).toBe("race");
    expect(first.result.work.reads).toBeLessThan(10_000);
    expect(alice.ketflow("verify", first.receipt.path, "--rerun").status).toBe(0);
    // By the clock, so not the same computation: nobody is told that it is.
    expect(alice.json(file, ...limit).document.result.reused).toBeUndefined();
  });

  it("answers an equal job from the cache and says from which job, unless it is told not to", () => {
    const first = alice.json(bell, "--seed", "8").document;
    const second = alice.json(bell, "--seed", "8").document;
    const third = alice.json(bell, "--seed", "8", "--no-cache").document;
    expect(second.result.reused).toEqual({ jobId: first.id });
    expect(manifestOf(second.receipt.path).reused).toEqual({ jobId: first.id });
    expect(third.result.reused).toBeUndefined();
    expect([second.result.resultHash, third.result.resultHash]).toEqual([
      first.result.resultHash,
      first.result.resultHash,
    ]);
    expect(alice.ketflow("verify", second.receipt.path, "--rerun").status).toBe(0);
  });

  it("refuses a receipt of somebody else's log, and one that was changed", () => {
    const { path } = alice.json(bell).document.receipt;
    const mallory = user("mallory");
    expect(mallory.ketflow("verify", path).status).toBe(1);
    const forged = write(
      "forged.receipt.json",
      readFileSync(path, "utf8").replace('"outcome":"succeeded"', '"outcome":"cancelled"'),
    );
    expect(alice.ketflow("verify", forged).status).toBe(1);
  });

  it("logs a failed job too, with its reason, and says it on stderr with the place in the file", () => {
    const broken = write("broken.qasm", 'OPENQASM 3;\ninclude "stdgates.inc";\nqubit q;\nhh q;\n');
    const { status, stdout, stderr } = alice.ketflow("run", broken);
    expect(status).toBe(2);
    expect(stdout).toMatch(/^verified {2}job_\w+ failed; leaf/m);
    expect(stderr).toContain(`${broken}:4:1: `);
    expect(stderr).not.toMatch(/^\s+at /m);
    const { document } = alice.json(broken);
    expect(document).toMatchObject({ status: "failed", error: { code: "invalid-input", line: 4, column: 1 } });
    expect(manifestOf(document.receipt.path)).toMatchObject({
      outcome: "failed",
      error: "invalid-input",
      engine: null,
    });
  });

  it("plans a priced back end, runs it when the plan is agreed to, and re-runs its noise to the same bytes", () => {
    const { status, document: planned } = alice.json(bell, "--target", "mock-qpu", "--seed", "3");
    expect(status).toBe(0);
    expect(planned).toMatchObject({ status: "planned", result: null, plan: { costMicroUsd: 658_400 } });
    const { stdout } = alice.ketflow("execute", planned.id, planned.plan.planHash, "--json");
    const executed = JSON.parse(stdout);
    expect(executed).toMatchObject({ id: planned.id, status: "succeeded", costMicroUsd: 658_400 });
    expect(manifestOf(executed.receipt.path)).toMatchObject({ backend: "mock-qpu", simulated: true });
    expect(Object.keys(executed.result.counts).length).toBeGreaterThan(2); // noise reaches 01 or 10
    expect(alice.ketflow("verify", executed.receipt.path, "--rerun").status).toBe(0);
  });

  it("follows the policy alone: the same job, another choice", () => {
    const policy = write("policy.json", JSON.stringify({ allowPriced: true, backends: ["mock-qpu"] }));
    expect(alice.json(bell).document.result.backend).toBe("embedded");
    expect(alice.json(bell, "--policy", policy).document.result.backend).toBe("mock-qpu");
    const { status, stderr } = alice.ketflow("run", bell, "--policy", write("bad.json", '{"allowPriced":"yes"}'));
    expect(status).toBe(2);
    expect(stderr).toContain("allowPriced");
  });

  it("keeps a second process out of the folder while the first runs", async () => {
    const holder = spawn(process.execPath, [cli, "run", write("long.qasm", longCircuit)], { env: alice.environment });
    try {
      const lock = join(alice.data, "ketflow.lock");
      await expect
        .poll(() => existsSync(lock) && readFileSync(lock, "utf8"), { timeout: 20_000 })
        .toBe(`${holder.pid}\n`);
      const { status, stderr } = alice.ketflow("run", bell);
      expect({ status, stderr }).toEqual({
        status: 2,
        stderr: expect.stringMatching(new RegExp(`in use by process ${holder.pid};`)),
      });
    } finally {
      holder.kill("SIGKILL");
    }
  });
});

describe("kill −9 in the middle of a run", () => {
  it("loses no accepted job and leaves a log that still verifies", async () => {
    const bob = user("bob");
    const long = write("longer.qasm", longCircuit);
    for (let round = 0; round < 5; round++) {
      const child = spawn(process.execPath, [cli, "run", long, "--seed", String(round)], { env: bob.environment });
      // Long enough for some rounds to be killed before, in and after acceptance.
      await new Promise((resolve) => setTimeout(resolve, 150 + 200 * round));
      child.kill("SIGKILL");
      await new Promise((resolve) => child.once("exit", resolve));
      const { status, document } = bob.json(bell, "--seed", String(round));
      expect({ status, state: document.status, verified: document.receipt.verified }).toEqual({
        status: 0,
        state: "succeeded",
        verified: true,
      });
    }
    for (const file of readdirSync(join(bob.data, "receipts"))) {
      expect(bob.ketflow("verify", join(bob.data, "receipts", file), "--rerun").status).toBe(0);
    }
  });
});
