import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { IDENTITIES } from "../../ts/workers/engines.ts";
import { JobWorker } from "../../ts/workers/job-worker.ts";

const folder = mkdtempSync(join(tmpdir(), "ketflow-addon-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const INPUT = { format: "openqasm3", source: "OPENQASM 3.0; qubit q;" } as const;

/** What napi-rs throws in place of a panic is an error with the panic's words; an error of the engine has JSON. */
function workerWith(message: string): JobWorker {
  const file = join(folder, `${message.length}.cjs`);
  const run = `run(options) { if (!options.includes('"shots":1,') && !options.includes('"shots":1}')) throw new Error(${JSON.stringify(message)});
    return { container: new Uint8Array(), threads: [] }; }`;
  writeFileSync(file, `exports.Program = { parse: () => ({ format: () => "openqasm3", notes: () => "[]", ${run} }) };`);
  const worker = new JobWorker();
  worker.start(undefined);
  worker.load("statevector", { identity: IDENTITIES.statevector, addon: file });
  return worker;
}

describe("a native run", () => {
  it.each([
    [
      "index out of bounds: the len is 4 but the index is 4",
      "engine-failure",
      /middle of this job.*index out of bounds/,
    ],
    ['{"code":"too-large","message":"40 qubits"}', "too-large", /^40 qubits$/],
  ])("that throws %s is %s", async (message, code, words) => {
    const run = workerWith(message).run("circuit", INPUT, { seed: 1, shots: 7 }, undefined, undefined);
    await expect(run).rejects.toMatchObject({ code, message: expect.stringMatching(words) });
  });
});
