import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { longCircuit } from "./long-circuit.ts";

const script = fileURLToPath(new URL("hosted-service.mjs", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "ketflow-host-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The host writes to the service's stderr, so that this pipe ends when both processes have. */
function service(name: string, source: string, { flags = [] as string[], nodeOptions = "" } = {}) {
  const home = join(folder, name);
  const child = spawn(process.execPath, [...flags, script, join(home, "data"), source], {
    env: { HOME: home, NODE_OPTIONS: nodeOptions },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const text = { stdout: "", stderr: "" };
  child.stdout.on("data", (piece) => {
    text.stdout += piece;
  });
  child.stderr.on("data", (piece) => {
    text.stderr += piece;
  });
  return { child, text, ended: Promise.all([once(child.stdout, "close"), once(child.stderr, "close")]) };
}

const BELL = 'OPENQASM 3.0; include "stdgates.inc"; qubit[2] q; h q[0]; cx q[0], q[1];';

describe("a service with an engine host", () => {
  it("runs a job to its receipt and prints nothing else", async () => {
    const { text, ended } = service("bell", BELL);
    await ended;
    const { status, receipt } = JSON.parse(text.stdout.trim().split("\n").at(-1) ?? "");
    expect(status).toBe("succeeded");
    expect(JSON.parse(receipt).manifest).toMatchObject({ backend: "embedded", outcome: "succeeded", seed: 7 });
    expect(text.stderr).toBe("");
  });

  it("takes the host with it when it is killed in the middle of a 24-qubit run", async () => {
    const { child, text, ended } = service("killed", longCircuit(24, 40));
    while (!text.stdout.includes("progress")) await once(child.stdout, "data");
    child.kill("SIGKILL");
    await ended;
    expect(text.stdout).toBe("progress\n");
    expect(text.stderr).toBe("");
  });

  it.each([
    ["a flag", { flags: ["--inspect=127.0.0.1:0"] }],
    ["the environment", { nodeOptions: "--inspect=127.0.0.1:0" }],
  ])("does not hand on a debugger that it has from %s", async (name, options) => {
    const { text, ended } = service(name, BELL, options);
    await ended;
    expect(text.stderr.match(/Debugger listening/g)).toHaveLength(1);
    expect(text.stdout).toContain("succeeded");
  });
});
