import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { proofText } from "../../ts/audit/log-reader.ts";
import { formatVerifierKey } from "../../ts/audit/note.ts";
import { draftReceipt } from "../../ts/audit/receipt.ts";
import { ArraySource, bellOutcome, openLog, scratchDirectory, syntheticLeaves } from "./log-fixture.ts";

const script = fileURLToPath(new URL("../python/verify_log.py", import.meta.url));
const venv = fileURLToPath(new URL("../../.venv/bin/python", import.meta.url));

/** The first Python that has `cryptography` with ML-DSA: one that is named, that of .venv, that of the system. */
const python = [process.env.KETFLOW_PYTHON, venv, "python3"].find(
  (candidate) =>
    candidate !== undefined &&
    spawnSync(candidate, ["-c", "import cryptography.hazmat.primitives.asymmetric.mldsa"]).status === 0,
);
const missing = "no Python with `pip install -r test/python/requirements.txt` (set KETFLOW_PYTHON, or make .venv)";
if (python === undefined) {
  if (process.env.KETFLOW_REQUIRE !== undefined) throw new Error(`${missing}, and KETFLOW_REQUIRE asks for it`);
  console.log(`skipped: the Python verifier; ${missing}`);
}

describe.skipIf(python === undefined)("the Python verifier, written from the C2SP texts", () => {
  const run = (...args: string[]) => spawnSync(python ?? "", [script, ...args], { encoding: "utf8" });

  it.each([1, 255, 256, 257, 700])("accepts a log of %i leaves and a receipt's proof from it", async (size) => {
    const root = scratchDirectory();
    const draft = draftReceipt(bellOutcome());
    const rows = [...syntheticLeaves(size - 1), draft.leaf];
    const { writer, options } = await openLog(root, new ArraySource(rows));
    const head = await writer.force();
    if (head === undefined) throw new Error("a head was expected");
    const [proof, leaf] = [join(root, "leaf.tlog-proof"), join(root, "leaf.json")];
    writeFileSync(proof, proofText(options.directory, size - 1, head));
    writeFileSync(leaf, draft.leaf);
    const keys = options.keys.verifierKeys.flatMap((key) => ["--key", formatVerifierKey(key)]);
    const accepted = run(options.directory, ...keys, "--proof", proof, "--leaf", leaf);
    expect(accepted.stderr).toBe("");
    expect(accepted.stdout).toContain(`${size} entries`);
    expect(accepted.stdout).toContain(`the leaf is entry ${size - 1}`);
    expect(accepted.status).toBe(0);

    writeFileSync(
      leaf,
      draft.leaf.map((byte, k) => (k === 20 ? byte ^ 1 : byte)),
    );
    expect(run(options.directory, ...keys, "--proof", proof, "--leaf", leaf)).toMatchObject({
      status: 1,
      stderr: "refused: the proof does not lead to the signed root\n",
    });
    expect(run(options.directory, ...keys.slice(0, 2))).toMatchObject({
      status: 1,
      stderr: expect.stringContaining("needs both"),
    });
  });

  it("refuses a tile, an entry and a checkpoint that were altered", async () => {
    const { writer, options } = await openLog(scratchDirectory(), new ArraySource(syntheticLeaves(300)));
    await writer.force();
    const keys = options.keys.verifierKeys.flatMap((key) => ["--key", formatVerifierKey(key)]);
    for (const [file, message] of [
      ["tile/0/000", "tile 0 of level 0 is not what the entries give"],
      ["tile/1/000.p/1", "tile 0 of level 1 is not what the entries give"],
      ["tile/entries/001.p/44", "tile 1 of level 0 is not what the entries give"],
      ["checkpoint", "does not hold"],
    ] as const) {
      const path = join(options.directory, file);
      const bytes = readFileSync(path);
      const at = file === "checkpoint" ? bytes.indexOf("300") : 9;
      writeFileSync(
        path,
        bytes.map((byte, k) => (k === at ? byte ^ 1 : byte)),
      );
      expect(run(options.directory, ...keys)).toMatchObject({ status: 1, stderr: expect.stringContaining(message) });
      writeFileSync(path, bytes);
    }
    expect(execFileSync(python ?? "", [script, options.directory, ...keys], { encoding: "utf8" })).toContain(
      "everything holds",
    );
  });
});
