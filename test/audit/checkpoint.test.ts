import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import {
  checkCheckpoint,
  cosignedMessage,
  formatCheckpointText,
  parseCheckpointText,
  verifyCheckpoint,
} from "../../ts/audit/checkpoint.ts";
import { verifyEd25519 } from "../../ts/audit/ed25519.ts";
import type { LogKeys } from "../../ts/audit/keys.ts";
import { openLogKeys } from "../../ts/audit/keys.ts";
import { loadMldsa, type MlDsa44 } from "../../ts/audit/mldsa.ts";
import {
  formatNote,
  formatVerifierKey,
  parseNote,
  parseVerifierKey,
  signaturesBy,
  verifierKey,
} from "../../ts/audit/note.ts";
import { toHex, utf8 } from "../../ts/core/bytes.ts";
import { sha256 } from "../../ts/core/sha256.ts";
import { scratchDirectory } from "./log-fixture.ts";

const vector = (name: string): string => readFileSync(new URL(`../vectors/tlog/${name}`, import.meta.url), "utf8");

// The example of c2sp.org/signed-note.
const SPEC_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
const SPEC_NOTE =
  "This is an example message.\n\n— example.com/foo " +
  "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";

let mldsa: MlDsa44;
beforeAll(async () => {
  mldsa = await loadMldsa();
});

describe("signed notes", () => {
  it("verifies the example of the specification, and writes key and note back as they were", async () => {
    const key = parseVerifierKey(SPEC_KEY);
    const note = parseNote(SPEC_NOTE);
    expect(formatVerifierKey(key)).toBe(SPEC_KEY);
    expect(formatNote(note)).toBe(SPEC_NOTE);
    const [line] = signaturesBy(note, key);
    expect(await verifyEd25519(key.publicKey, utf8(note.text), line?.signature ?? new Uint8Array())).toBe(true);
    expect(await verifyEd25519(key.publicKey, utf8("another"), line?.signature ?? new Uint8Array())).toBe(false);
  });

  it.each([
    ["no blank line", "text\n— a AAAAAAA=\n", "no blank line"],
    ["no last newline", SPEC_NOTE.slice(0, -1), "does not end in a newline"],
    ["no signature", "text\n\n", "is not '— NAME BASE64'"],
    ["a hyphen for the dash", SPEC_NOTE.replace("—", "-"), "is not '— NAME BASE64'"],
    ["a plus in the name", SPEC_NOTE.replace("example.com/foo", "a+b"), "is not '— NAME BASE64'"],
    ["a control character", SPEC_NOTE.replace("example", "exa\tmple"), "control characters"],
    ["unused bits set", SPEC_NOTE.replace("aQM=", "aQN="), "bits after the last byte"],
    ["a short signature", "text\n\n— a AAAAAA==\n", "too short"],
  ])("refuses a note with %s", (_, note, message) => {
    expect(() => parseNote(note)).toThrow(message);
  });

  it.each([
    ["a changed id", SPEC_KEY.replace("530d903a", "530d903b"), "says key id 530d903b, but its key has 530d903a"],
    ["a changed key", SPEC_KEY.replace("Aeky", "Aekx"), "but its key has"],
    ["an unknown type", `a+00000000+${btoa(`\u0002${"k".repeat(32)}`)}`, "has type 2"],
    ["a short key", `a+00000000+${btoa(`\u0001${"k".repeat(31)}`)}`, "31 bytes"],
    ["two parts", "a+530d903a", "is not a verifier key"],
  ])("refuses a verifier key with %s", (_, key, message) => {
    expect(() => parseVerifierKey(key)).toThrow(message);
  });
});

describe("ML-DSA-44 cosignatures", () => {
  it("lays out cosigned_message as the specification does", () => {
    const message = cosignedMessage("ab", 0x0102, {
      origin: "xyz",
      size: 0x0304,
      rootHash: new Uint8Array(32).fill(9),
    });
    expect(toHex(message)).toBe(
      "737562747265652f76310a00" + // "subtree/v1\n\0"
        "026162" +
        "0000000000000102" +
        "0378797a" +
        "0000000000000000" +
        "0000000000000304" +
        "09".repeat(32),
    );
  });

  it("verifies a checkpoint that another implementation (torchwood, in Go) signed", () => {
    const key = parseVerifierKey(vector("mldsa-checkpoint.vkey").trim());
    const note = parseNote(vector("mldsa-checkpoint.note"));
    const [line] = signaturesBy(note, key);
    const signature = line?.signature ?? new Uint8Array();
    const message = cosignedMessage(key.name, 0, parseCheckpointText(note.text));
    expect(mldsa.verify(key.publicKey, message, new Uint8Array(), signature.subarray(8))).toBe(true);
    message[message.length - 1] = (message.at(-1) ?? 0) ^ 1;
    expect(mldsa.verify(key.publicKey, message, new Uint8Array(), signature.subarray(8))).toBe(false);
  });

  it("refuses that checkpoint for a log, because its timestamp is zero", async () => {
    const key = parseVerifierKey(vector("mldsa-checkpoint.vkey").trim());
    const { checks } = await checkCheckpoint(parseNote(vector("mldsa-checkpoint.note")), [key], mldsa);
    expect(checks.find((check) => check.name === "ml-dsa-44")?.ok).toBe(false);
  });
});

describe("checkpoints", () => {
  const head = { size: 3, rootHash: sha256(utf8("root")) };
  const signed = async (): Promise<{ keys: LogKeys; note: string }> => {
    const keys = await openLogKeys(scratchDirectory(), mldsa);
    return { keys, note: keys.signCheckpoint({ origin: keys.origin, ...head }, 1_800_000_000) };
  };

  it("are signed by both keys, one line each under the origin", async () => {
    const { keys, note } = await signed();
    expect(parseNote(note).signatures.map(({ name, signature }) => [name, signature.length])).toEqual([
      [keys.origin, 64],
      [keys.origin, 8 + 2420],
    ]);
    expect(await verifyCheckpoint(note, keys.verifierKeys, mldsa)).toMatchObject({ ...head, timestamp: 1_800_000_000 });
  });

  it("need both signatures, by keys of the caller", async () => {
    const { keys, note } = await signed();
    const [ed25519, mlDsa44] = parseNote(note).signatures;
    const { text } = parseNote(note);
    if (ed25519 === undefined || mlDsa44 === undefined) throw new Error("two signatures expected");
    for (const signatures of [[ed25519], [mlDsa44]]) {
      await expect(verifyCheckpoint(formatNote({ text, signatures }), keys.verifierKeys, mldsa)).rejects.toThrow(
        "signature by a trusted key",
      );
    }
    await expect(verifyCheckpoint(note, [keys.current[0]], mldsa)).rejects.toThrow("no trusted ML-DSA-44 key");
    await expect(verifyCheckpoint(note, [], mldsa)).rejects.toThrow("no trusted Ed25519 and no ML-DSA-44 key");
  });

  it("are refused when a key of another log signed them", async () => {
    const [mine, other] = [await signed(), await signed()];
    await expect(verifyCheckpoint(mine.note, other.keys.verifierKeys, mldsa)).rejects.toThrow("no trusted");
    // The same name with other keys: what a forger who knows the origin can make.
    const renamed = other.keys.verifierKeys.map((key) => verifierKey(mine.keys.origin, key.type, key.publicKey));
    await expect(verifyCheckpoint(mine.note, renamed, mldsa)).rejects.toThrow("signature by a trusted key");
  });

  it("are verified when witnesses have added lines of their own", async () => {
    const { keys, note } = await signed();
    const witness = formatNote({
      text: "",
      signatures: [{ name: "w.example", keyId: 1, signature: new Uint8Array(64) }],
    });
    expect((await verifyCheckpoint(note + witness.slice(1), keys.verifierKeys, mldsa)).size).toBe(3);
  });

  it.each([
    ["extension lines", "o\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\nmore\n", "three lines"],
    ["a leading zero", "o\n01\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n", "decimal number"],
    ["a size above 2^53", "o\n9007199254740992\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n", "decimal number"],
    ["a short root", "o\n1\nAAAA\n", "32 bytes, got 3"],
    ["no origin", "\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n", "three lines"],
  ])("are refused with %s", (_, text, message) => {
    expect(() => parseCheckpointText(text)).toThrow(message);
  });

  it("have one text", () => {
    const text = "ketflow.local/x\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
    expect(formatCheckpointText(parseCheckpointText(text))).toBe(text);
  });
});
