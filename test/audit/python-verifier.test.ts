import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { buildEventFile, draftEvent } from "../../ts/audit/event.ts";
import { proofText } from "../../ts/audit/log-reader.ts";
import { formatVerifierKey } from "../../ts/audit/note.ts";
import { buildReceipt, draftReceipt } from "../../ts/audit/receipt.ts";
import { signedFileBytes } from "../../ts/audit/signed-file.ts";
import { fromUtf8 } from "../../ts/core/bytes.ts";
import { LOCAL_TENANT } from "../../ts/core/ids.ts";
import { verifyInPython } from "../python/verifier.ts";
import { ArraySource, bellOutcome, NOW_MS, openLog, scratchDirectory, syntheticLeaves } from "./log-fixture.ts";

const run = verifyInPython ?? ((): never => expect.unreachable());

describe.skipIf(verifyInPython === undefined)("the Python verifier, written from the C2SP texts", () => {
  it.each([1, 255, 256, 257, 700])("accepts a log of %i leaves and a receipt from it", async (size) => {
    const root = scratchDirectory();
    const draft = draftReceipt(bellOutcome());
    const { writer, options } = await openLog(root, new ArraySource([...syntheticLeaves(size - 1), draft.leaf]));
    const head = await writer.force();
    if (head === undefined) throw new Error("a head was expected");
    const file = join(root, "bell.receipt.json");
    const bytes = signedFileBytes(buildReceipt(draft, proofText(options.directory, size - 1, head)));
    writeFileSync(file, bytes);
    const keys = options.keys.verifierKeys.flatMap((key) => ["--key", formatVerifierKey(key)]);
    expect(run(...keys, "--log", options.directory, "--receipt", file)).toMatchObject({
      stderr: "",
      stdout: expect.stringMatching(`: ${size} entries.*\n.*receipt is entry ${size - 1},`),
      status: 0,
    });
  });

  it("accepts the file of an audit event, refuses it altered, and accepts a log whose keys are being rotated", async () => {
    const root = scratchDirectory();
    const draft = draftEvent(
      {
        ...{
          id: "evt_01JGJ2M4A8ZZZZZZZZZZZZZZZZ",
          tenant: LOCAL_TENANT,
          at: NOW_MS,
          policyVersion: null,
          requestId: "r-1",
        },
        ...{ actor: { kind: "key", id: "key_1", role: "admin", name: "Ada Müller" }, action: "key.revoke" },
        ...{ subject: "key_2", detail: { reason: "left", count: 2, nested: { z: [1, true, null], a: "ü" } } },
      },
      new Uint8Array(32).fill(5),
    );
    const { writer, options } = await openLog(root, new ArraySource([...syntheticLeaves(2), draft.leaf]));
    const old = options.keys.current.flatMap((key) => ["--key", formatVerifierKey(key)]);
    await options.keys.announce(NOW_MS);
    const proof = await writer.prove(2);
    const file = join(root, "revoked.event.json");
    const bytes = signedFileBytes(buildEventFile(draft, proof));
    writeFileSync(file, bytes);
    const added = (options.keys.next?.verifierKeys ?? []).flatMap((key) => ["--key", formatVerifierKey(key)]);
    expect(readFileSync(join(options.directory, "checkpoint"), "utf8").match(/^—/gm)).toHaveLength(4);
    expect(run(...old, "--log", options.directory, "--receipt", file)).toMatchObject({ stderr: "", status: 0 });
    expect(run(...added, "--log", options.directory)).toMatchObject({ stderr: "", status: 0 });
    for (const [from, to, message] of [
      ["key.revoke", "key.create", "the proof does not lead to the signed root"],
      ['"count":2', '"count":3', "detailCommitment does not open"],
      ["Ada", "Eve", "actorCommitment does not open"],
      ["r-1", "r-2", "requestCommitment does not open"],
      ["key_2", "key_3", "subjectCommitment does not open"],
    ] as const) {
      writeFileSync(file, fromUtf8(bytes).replace(from, to));
      expect(run(...old, "--receipt", file)).toMatchObject({ status: 1, stderr: `refused: ${message}\n` });
    }
  });

  it("refuses a receipt that was altered, and one signature in place of two", async () => {
    const root = scratchDirectory();
    const draft = draftReceipt(bellOutcome());
    const { writer, options } = await openLog(root, new ArraySource([...syntheticLeaves(2), draft.leaf]));
    const head = await writer.force();
    if (head === undefined) throw new Error("a head was expected");
    const file = join(root, "bell.receipt.json");
    const bytes = signedFileBytes(buildReceipt(draft, proofText(options.directory, 2, head)));
    writeFileSync(file, bytes);
    const keys = options.keys.verifierKeys.flatMap((key) => ["--key", formatVerifierKey(key)]);
    expect(run(...keys.slice(0, 2), "--receipt", file)).toMatchObject({
      status: 1,
      stderr: expect.stringContaining("needs both signatures, found types [1]"),
    });
    for (const [from, to, message] of [
      ['"seed":7', '"seed":8', "the proof does not lead to the signed root"],
      ["h q[0]", "x q[0]", "inputCommitment does not open"],
      ['"observable":"ZZ"', '"observable":"XX"', "optionsCommitment does not open"],
    ] as const) {
      writeFileSync(file, fromUtf8(bytes).replace(from, to));
      expect(run(...keys, "--receipt", file)).toMatchObject({ status: 1, stderr: `refused: ${message}\n` });
    }
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
      expect(run(...keys, "--log", options.directory)).toMatchObject({
        status: 1,
        stderr: expect.stringContaining(message),
      });
      writeFileSync(path, bytes);
    }
    expect(run(...keys, "--log", options.directory).stdout).toContain("everything holds");
  });
});
