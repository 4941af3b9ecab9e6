import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { proofText } from "../../ts/audit/log-reader.ts";
import { loadMldsa, type MlDsa44 } from "../../ts/audit/mldsa.ts";
import {
  ED25519_TYPE,
  formatNote,
  formatVerifierKey,
  ML_DSA_44_TYPE,
  parseNote,
  verifierKey,
} from "../../ts/audit/note.ts";
import { formatProof, parseProof } from "../../ts/audit/proof.ts";
import {
  buildReceipt,
  draftReceipt,
  type JobOutcome,
  MAX_EMBEDDED_BYTES,
  sourceBytes,
} from "../../ts/audit/receipt.ts";
import type { Receipt } from "../../ts/audit/receipt-schema.ts";
import { compareRerun, rerunInput } from "../../ts/audit/rerun.ts";
import { signedFileBytes } from "../../ts/audit/signed-file.ts";
import { parseReceipt, type VerifyReport, verifyReceipt } from "../../ts/audit/verify-receipt.ts";
import { fromUtf8, toHex, utf8 } from "../../ts/core/bytes.ts";
import { sha256 } from "../../ts/core/sha256.ts";
import { ArraySource, bellOutcome, openLog, scratchDirectory, syntheticLeaves } from "./log-fixture.ts";

let mldsa: MlDsa44;
let trustedKeys: string[];
let receipt: Receipt;

/** A receipt under a head of its own log, as leaf 300 of 303. */
async function issue(outcome: JobOutcome): Promise<{ receipt: Receipt; trustedKeys: string[] }> {
  const draft = draftReceipt(outcome);
  const source = new ArraySource([...syntheticLeaves(300), draft.leaf, ...syntheticLeaves(2, "after")]);
  const { writer, options } = await openLog(scratchDirectory(), source);
  const head = await writer.force();
  if (head === undefined) throw new Error("a head was expected");
  return {
    receipt: buildReceipt(draft, proofText(options.directory, 300, head)),
    trustedKeys: options.keys.verifierKeys.map(formatVerifierKey),
  };
}

const verify = (file: Uint8Array | string | Receipt, keys: string[] = trustedKeys): Promise<VerifyReport> =>
  verifyReceipt(file, { trustedKeys: keys, mldsa });
const failures = (report: VerifyReport): string[] =>
  report.checks.filter((check) => !check.ok).map((check) => check.name);

beforeAll(async () => {
  mldsa = await loadMldsa();
});

describe("a receipt", () => {
  it("verifies offline, with every check named", async () => {
    ({ receipt, trustedKeys } = await issue(bellOutcome()));
    const report = await verify(signedFileBytes(receipt));
    expect(report.checks.map(({ name, ok }) => [name, ok])).toEqual(
      ["form", "options", "input", "result", "actor", "inclusion", "trusted-log", "ed25519", "ml-dsa-44"].map(
        (name) => [name, true],
      ),
    );
    expect(report).toMatchObject({ ok: true, notChecked: [], log: { size: 303, index: 300 } });
  });

  it("puts nothing of the user's into the leaf", () => {
    const outcome = bellOutcome({
      tenant: "acme-hospital" as JobOutcome["tenant"],
      options: { shots: 3, observable: "0.5*XX", inputs: { age: 71.0625 } },
    });
    const draft = draftReceipt(outcome);
    const leaf = fromUtf8(draft.leaf);
    for (const secret of [
      "acme-hospital",
      "qreg",
      "XX",
      "age",
      "71.0625",
      toHex(outcome.result?.hash ?? new Uint8Array()),
      draft.opening.salt,
    ]) {
      expect(leaf).not.toContain(secret);
    }
    expect(leaf).toContain('"options":{"shots":3}');
    expect(draft.opening.options).toEqual(outcome.options);
    // The same job again has other commitments: leaves cannot be matched with each other or with a dictionary.
    expect(draftReceipt(outcome).manifest.inputCommitment).not.toBe(draft.manifest.inputCommitment);
  });

  it.each(["failed", "cancelled", "expired", "dead-letter"] as const)("tells that a job was %s", async (outcome) => {
    const issued = await issue(
      bellOutcome({
        outcome,
        error: "deadline-exceeded",
        result: null,
        identity: null,
        backend: null,
        route: null,
        startedAtMs: null,
        engineMs: null,
      }),
    );
    const report = await verify(signedFileBytes(issued.receipt), issued.trustedKeys);
    expect(failures(report)).toEqual([]);
    expect(() => rerunInput(issued.receipt)).toThrow("left no result to run again");
  });

  it("opens the tenant's commitment for who knows the tenant", async () => {
    const asked = (tenant: string) => verifyReceipt(receipt, { trustedKeys, mldsa, tenant });
    expect((await asked("local")).ok).toBe(true);
    expect(failures(await asked("other"))).toEqual(["tenant"]);
  });

  it("leaves out large inputs and results, and says what it could not check", async () => {
    const source = `OPENQASM 2.0;\n// ${"x".repeat(MAX_EMBEDDED_BYTES)}`;
    const container = new Uint8Array(MAX_EMBEDDED_BYTES + 1);
    const large = bellOutcome({
      input: { format: "openqasm2", source },
      result: { hash: sha256(container), container },
    });
    const issued = await issue(large);
    expect([issued.receipt.opening.input, issued.receipt.opening.result]).toEqual([
      undefined,
      { hash: toHex(sha256(container)) },
    ]);
    const options = { trustedKeys: issued.trustedKeys, mldsa };
    const report = await verifyReceipt(signedFileBytes(issued.receipt), options);
    expect(report).toMatchObject({
      ok: true,
      notChecked: [{ name: "input", reason: expect.stringContaining("--input-file") }],
    });
    expect((await verifyReceipt(issued.receipt, { ...options, input: utf8(source) })).notChecked).toEqual([]);
    expect(failures(await verifyReceipt(issued.receipt, { ...options, input: utf8(`${source} `) }))).toEqual(["input"]);
    expect(() => rerunInput(issued.receipt)).toThrow("--input-file");
    expect(rerunInput(issued.receipt, utf8(source)).input).toEqual(large.input);
    expect(() => rerunInput(issued.receipt, utf8("another"))).toThrow("not the one that was run");
  });

  it("refuses to be drafted when its manifest cannot be a log entry", () => {
    const route = bellOutcome().route;
    const candidate = route?.candidates[0];
    if (route === null || candidate === undefined) throw new Error("the fixture has a route");
    const candidates = Array.from({ length: 400 }, () => candidate);
    expect(() => draftReceipt(bellOutcome({ route: { ...route, candidates } }))).toThrow(
      expect.objectContaining({ code: "too-large", message: expect.stringContaining("at most 65535 fit") }),
    );
  });
});

describe("trust", () => {
  it("comes from the caller alone", async () => {
    expect(failures(await verify(receipt, []))).toEqual(["trusted-log", "ed25519", "ml-dsa-44"]);
    const stranger = await issue(bellOutcome());
    expect(failures(await verify(stranger.receipt))).toEqual(["trusted-log", "ed25519", "ml-dsa-44"]);
    expect(failures(await verify(receipt, trustedKeys.slice(0, 1)))).toEqual(["trusted-log", "ml-dsa-44"]);
    expect(failures(await verify(receipt, trustedKeys.slice(1)))).toEqual(["trusted-log", "ed25519"]);
    expect((await verify(receipt, [...stranger.trustedKeys, ...trustedKeys])).ok).toBe(true);
    await expect(verify(receipt, ["nonsense"])).rejects.toMatchObject({ code: "invalid-input" });
  });

  it("is not lent by a forger's keys under the log's name", async () => {
    const forged = await issue(bellOutcome());
    const { index, path, checkpoint } = parseProof(forged.receipt.proof);
    const origin = parseProof(receipt.proof).checkpoint.split("\n")[0] ?? "";
    const note = parseNote(checkpoint);
    const text = note.text.replace(/^.*\n/, `${origin}\n`);
    const signatures = note.signatures.map((line, k) => ({
      ...line,
      name: origin,
      keyId: parseNote(parseProof(receipt.proof).checkpoint).signatures[k]?.keyId ?? 0,
    }));
    const proof = formatProof({ index, path, checkpoint: formatNote({ text, signatures }) });
    expect(failures(await verify({ ...forged.receipt, proof }))).toEqual(["ed25519", "ml-dsa-44"]);
  });

  it("does not cover further signature lines", async () => {
    const { index, path, checkpoint } = parseProof(receipt.proof);
    const note = parseNote(checkpoint);
    const line = { name: "witness.example", keyId: 1, signature: new Uint8Array(72) };
    const proof = formatProof({
      index,
      path,
      checkpoint: formatNote({ ...note, signatures: [...note.signatures, line] }),
    });
    expect(failures(await verify({ ...receipt, proof }))).toEqual(["signatures"]);
  });

  it("is given to the signatures in one order", async () => {
    const { index, path, checkpoint } = parseProof(receipt.proof);
    const note = parseNote(checkpoint);
    const turned = formatNote({ ...note, signatures: note.signatures.toReversed() });
    const report = await verify({ ...receipt, proof: formatProof({ index, path, checkpoint: turned }) });
    expect(failures(report)).toEqual(["signatures"]);
    expect(report.checks.at(-1)?.detail).toContain("Ed25519, then ML-DSA-44");
  });

  it("is not given to the same signatures twice in place of both", async () => {
    const { index, path, checkpoint } = parseProof(receipt.proof);
    const note = parseNote(checkpoint);
    const [first] = note.signatures;
    if (first === undefined) throw new Error("a signature was expected");
    const proof = formatProof({ index, path, checkpoint: formatNote({ ...note, signatures: [first, first] }) });
    expect(failures(await verify({ ...receipt, proof }))).toEqual(["ml-dsa-44"]);
  });

  it("names a key by its type too, so that the bytes of one type never stand for the other", () => {
    const bytes = new Uint8Array(32);
    expect(verifierKey("a", ML_DSA_44_TYPE, bytes).keyId).not.toBe(verifierKey("a", ED25519_TYPE, bytes).keyId);
  });

  it.each([
    ["Ed25519", "ML-DSA-44", 32, ML_DSA_44_TYPE, 1312],
    ["ML-DSA-44", "Ed25519", 1312, ED25519_TYPE, 32],
  ])("cannot be had by the bytes of an %s key as an %s key", async (_bytes, _type, length, type, expected) => {
    const key = formatVerifierKey(verifierKey("log.example", type, new Uint8Array(length)));
    await expect(verify(receipt, [...trustedKeys, key])).rejects.toMatchObject({
      code: "invalid-input",
      message: expect.stringContaining(`holds ${length} bytes of key, not ${expected}`),
    });
  });
});

describe("a changed receipt is refused:", () => {
  it("1,000 flipped bits at seeded places", async () => {
    const bytes = signedFileBytes(receipt);
    const survived: number[] = [];
    const positions = fc.sample(fc.tuple(fc.nat(bytes.length - 1), fc.nat(7)), { seed: 1000, numRuns: 1000 });
    for (const [at, bit] of positions) {
      const flipped = bytes.slice();
      flipped[at] = (flipped[at] ?? 0) ^ (1 << bit);
      if ((await verify(flipped)).ok) survived.push(at);
    }
    expect(survived).toEqual([]);
  });

  it("every byte, replaced by another drawn byte", async () => {
    const bytes = signedFileBytes(receipt);
    const survived: number[] = [];
    const draws = fc.sample(fc.integer({ min: 1, max: 255 }), { seed: 2, numRuns: bytes.length });
    for (let at = 0; at < bytes.length; at++) {
      const changed = bytes.slice();
      changed[at] = (changed[at] ?? 0) ^ (draws[at] ?? 1);
      if ((await verify(changed)).ok) survived.push(at);
    }
    expect(survived).toEqual([]);
  }, 120_000);

  it.each<[string, (text: string) => string]>([
    ["white space", (text) => text.replace('"format":', '"format": ')],
    ["a missing newline", (text) => text.slice(0, -1)],
    ["another newline", (text) => `${text}\n`],
    ["a byte order mark", (text) => `\ufeff${text}`],
    ["pretty printing", (text) => `${JSON.stringify(JSON.parse(text), null, 2)}\n`],
    ["a doubled member", (text) => text.replace('"seed":7', '"seed":7,"seed":7')],
    ["an unknown member", (text) => text.replace('"seed":7', '"seed":7,"speed":7')],
    ["an unknown member of the opening", (text) => text.replace('"salt":', '"pepper":1,"salt":')],
    ["a member named __proto__", (text) => text.replace('"opening":{', '"opening":{"__proto__":{},')],
    ["another spelling of a number", (text) => text.replace('"seed":7', '"seed":7.0')],
    ["another spelling of a string", (text) => text.replace("ketflow-receipt/1", "ketflow-receipt\\/1")],
    [
      "another order",
      (text) => text.replace('"format":"ketflow-receipt/1",', "").replace(/\}\n$/, ',"format":"ketflow-receipt/1"}\n'),
    ],
    [
      "other unused bits of base64",
      (text) =>
        text.replace(/(?<="base64":"[^"]*)[AQgw](?==="\})/, (last) => String.fromCharCode(last.charCodeAt(0) + 1)),
    ],
    [
      "other unused bits in a hash of the proof",
      (text) => text.replace(/.(?==\\n)/, (last) => String.fromCharCode(last.charCodeAt(0) + 1)),
    ],
    [
      "an upper-case salt",
      (text) => text.replace(/"salt":"[^"]*"/, (salt) => salt.toUpperCase().replace("SALT", "salt")),
    ],
    [
      "the input as base64 of the same text",
      (text) =>
        text.replace(
          /(?<="input":)("(?:[^"\\]|\\.)*")/,
          (input) => `{"base64":"${Buffer.from(JSON.parse(input)).toString("base64")}"}`,
        ),
    ],
    ["another submitter", (text) => text.replace('"submittedBy":"local"', '"submittedBy":"key_1"')],
    ["another input", (text) => text.replace("h q[0]", "x q[0]")],
    ["no input", (text) => text.replace(/"input":"(?:[^"\\]|\\.)*",/, "")],
    ["another option", (text) => text.replaceAll('"shots":1024', '"shots":1025')],
    ["another outcome", (text) => text.replace('"outcome":"succeeded"', '"outcome":"failed"')],
    ["nothing", () => ""],
    ["null", () => "null\n"],
    ["a list", () => "[]\n"],
    ["deep nesting", () => `${"[".repeat(200_000)}${"]".repeat(200_000)}\n`],
    [
      "deep nesting in the options",
      (text) => text.replace('"observable":"ZZ"', `"observable":${"[".repeat(9_000)}${"]".repeat(9_000)}`),
    ],
  ])("%s", async (name, change) => {
    const text = fromUtf8(signedFileBytes(receipt));
    const changed = change(text);
    expect(changed).not.toBe(text);
    const report = await verify(utf8(changed));
    // Leaving the input out is the one honest edit: it takes a claim away and adds none.
    if (name === "no input") expect(report).toMatchObject({ ok: true, notChecked: [{ name: "input" }] });
    else expect(report.ok).toBe(false);
    if (name === "the input as base64 of the same text") expect(report.checks[0]?.detail).toContain("must be text");
    for (const check of report.checks) expect(check.detail).not.toMatch(/\n\s+at /);
  });

  it("arbitrary bytes, without an exception", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
        expect((await verify(bytes)).ok).toBe(false);
      }),
      { seed: 5 },
    );
  });

  it("parts of it exchanged with those of another receipt of the same log", async () => {
    const drafts = [draftReceipt(bellOutcome()), draftReceipt(bellOutcome({ seed: 8 }))];
    const { writer, options } = await openLog(scratchDirectory(), new ArraySource(drafts.map((draft) => draft.leaf)));
    const head = await writer.force();
    if (head === undefined) throw new Error("a head was expected");
    const keys = options.keys.verifierKeys.map(formatVerifierKey);
    const [a, b] = drafts.map((draft, index) => buildReceipt(draft, proofText(options.directory, index, head)));
    if (a === undefined || b === undefined) throw new Error("two receipts were expected");
    expect([(await verify(a, keys)).ok, (await verify(b, keys)).ok]).toEqual([true, true]);
    for (const mixed of [
      { ...a, proof: b.proof },
      { ...a, opening: b.opening },
      { ...a, manifest: b.manifest },
    ]) {
      expect((await verify(mixed, keys)).ok).toBe(false);
    }
  });
});

describe("running again", () => {
  it("takes input, options, seed and engine from the receipt", () => {
    const outcome = bellOutcome();
    expect(rerunInput(parseReceipt(signedFileBytes(receipt)))).toEqual({
      type: "circuit",
      input: outcome.input,
      options: outcome.options,
      seed: 7,
      ...outcome.identity,
    });
  });

  it("accepts the same result hash and no other", () => {
    const hash = bellOutcome().result?.hash ?? new Uint8Array();
    expect(compareRerun(receipt, hash).ok).toBe(true);
    expect(compareRerun(receipt, sha256(hash)).ok).toBe(false);
  });

  it("keeps inputs that are not text, and byte order marks, as they are", async () => {
    for (const bytes of [Uint8Array.of(0xff, 0x00), utf8("\ufeffOPENQASM 2.0;")]) {
      const draft = draftReceipt(
        bellOutcome({ input: { format: "openqasm2", source: { base64: Buffer.from(bytes).toString("base64") } } }),
      );
      const unembedded = buildReceipt(
        { ...draft, opening: { salt: draft.opening.salt, options: draft.opening.options } },
        "",
      );
      expect(sourceBytes(rerunInput(unembedded, bytes).input.source)).toEqual(bytes);
    }
  });
});
