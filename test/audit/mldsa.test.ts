import { readFileSync } from "node:fs";
import { ml_dsa44 } from "@noble/post-quantum/ml-dsa.js";
import { beforeAll, describe, expect, it } from "vitest";
import { loadMldsa, type MlDsa44 } from "../../ts/audit/mldsa.ts";
import { fromHex, toHex, utf8 } from "../../ts/core/bytes.ts";
import { sha256 } from "../../ts/core/sha256.ts";

type Case = Record<string, string> & { tcId: number };
const cases = (name: string): Case[] =>
  JSON.parse(readFileSync(new URL(`../vectors/mldsa/${name}.json`, import.meta.url), "utf8")).tests;
const hex = (test: Case, field: string): Uint8Array => fromHex(test[field] ?? "");

/** noble's implementation behind the same interface: its arguments stand in another order. */
const noble: MlDsa44 = {
  keypair: (seed) => ml_dsa44.keygen(seed),
  sign: (secretKey, message, context, extraEntropy) => ml_dsa44.sign(message, secretKey, { context, extraEntropy }),
  verify: (publicKey, message, context, signature) => ml_dsa44.verify(signature, message, publicKey, { context }),
};

let wasm: MlDsa44;
beforeAll(async () => {
  wasm = await loadMldsa();
});

describe("ML-DSA-44 in WASM", () => {
  it("makes the key pairs of NIST's ACVP vectors", () => {
    const tests = cases("keygen");
    expect(tests.length).toBeGreaterThanOrEqual(10);
    for (const test of tests) {
      const { publicKey, secretKey } = wasm.keypair(hex(test, "seed"));
      expect([toHex(sha256(publicKey)), toHex(sha256(secretKey))]).toEqual([
        test.publicKeySha256,
        test.secretKeySha256,
      ]);
    }
  });

  it("signs as Wycheproof's vectors do", () => {
    const valid = cases("sign_seed").filter((test) => test.result === "valid");
    expect(valid.length).toBe(36);
    for (const test of valid) {
      const { publicKey, secretKey } = wasm.keypair(hex(test, "seed"));
      expect(toHex(publicKey)).toBe(test.publicKey);
      const signature = wasm.sign(secretKey, hex(test, "message"), hex(test, "context"), hex(test, "randomness"));
      expect(toHex(signature), `case ${test.tcId}`).toBe(test.signature);
    }
  });

  it("judges as Wycheproof's vectors do", () => {
    const tests = cases("verify");
    expect(tests.length).toBe(64);
    for (const test of tests) {
      const holds = wasm.verify(
        hex(test, "publicKey"),
        hex(test, "message"),
        hex(test, "context"),
        hex(test, "signature"),
      );
      expect(holds, `case ${test.tcId}: ${test.comment}`).toBe(test.result === "valid");
    }
  });

  it("agrees with noble both ways, byte for byte", () => {
    for (let k = 0; k < 5; k++) {
      const seed = sha256(utf8(`seed ${k}`));
      const [context, message, randomness] = [
        utf8("c".repeat(k)),
        utf8(`message ${k}`),
        sha256(utf8(`randomness ${k}`)),
      ];
      const [ours, theirs] = [wasm.keypair(seed), noble.keypair(seed)];
      expect(toHex(ours.publicKey)).toBe(toHex(theirs.publicKey));
      const signature = wasm.sign(ours.secretKey, message, context, randomness);
      expect(toHex(noble.sign(theirs.secretKey, message, context, randomness))).toBe(toHex(signature));
      expect(noble.verify(ours.publicKey, message, context, signature)).toBe(true);
      expect(wasm.verify(theirs.publicKey, message, context, signature)).toBe(true);
      expect(wasm.verify(theirs.publicKey, message, utf8("other"), signature)).toBe(false);
    }
  });

  it("names what has a wrong length, with a code", () => {
    expect(() => wasm.keypair(new Uint8Array(31))).toThrow(
      expect.objectContaining({ code: "invalid-input", message: "ML-DSA-44 seed must have 32 bytes, got 31" }),
    );
    expect(wasm.verify(new Uint8Array(3), new Uint8Array(), new Uint8Array(), new Uint8Array(2420))).toBe(false);
  });
});
