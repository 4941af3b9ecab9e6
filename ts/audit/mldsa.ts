import init, { keypair, sign, verify } from "../../wasm-pkg/mldsa/mldsa.js";
import { AppError, messageOf } from "../core/errors.ts";
import { readWasm } from "../workers/read-wasm.ts";

/** ML-DSA-44 (FIPS 204) as this folder uses it; the WASM package is one implementation, tests bring a second. */
export interface MlDsa44 {
  /** The pair that a 32-byte seed stands for; the caller wipes the secret key (2560 bytes) after use. */
  keypair(seed: Uint8Array): { publicKey: Uint8Array; secretKey: Uint8Array };
  /** `randomness`: 32 fresh bytes for each signature. */
  sign(secretKey: Uint8Array, message: Uint8Array, context: Uint8Array, randomness: Uint8Array): Uint8Array;
  /** `false` also for arguments of a wrong length. */
  verify(publicKey: Uint8Array, message: Uint8Array, context: Uint8Array, signature: Uint8Array): boolean;
}

export interface LoadMldsaOptions {
  /** Where `mldsa_bg.wasm` is, for bundlers that do not follow `new URL(…, import.meta.url)`. */
  wasmUrl?: string | URL;
}

const wasmMldsa: MlDsa44 = {
  keypair(seed) {
    const pair = keypair(seed);
    try {
      return { publicKey: pair.publicKey, secretKey: pair.secretKey };
    } finally {
      pair.free(); // wipes the copy inside the WASM memory
    }
  },
  sign,
  verify,
};

let loaded: Promise<MlDsa44> | undefined;

/** Loads the WASM module once per process or page; about 38 kB with brotli. */
export function loadMldsa(options: LoadMldsaOptions = {}): Promise<MlDsa44> {
  loaded ??= instantiate(options).catch((error: unknown) => {
    loaded = undefined; // a failed download may be tried again
    throw error;
  });
  return loaded;
}

async function instantiate(options: LoadMldsaOptions): Promise<MlDsa44> {
  const { wasmUrl } = options;
  const url =
    wasmUrl === undefined
      ? new URL("../../wasm-pkg/mldsa/mldsa_bg.wasm", import.meta.url)
      : new URL(wasmUrl, globalThis.location?.href);
  try {
    await init({ module_or_path: await readWasm(url) });
  } catch (cause) {
    throw new AppError(
      "unsupported",
      `ML-DSA-44 cannot be loaded from ${url}: ${messageOf(cause)}; give loadMldsa a wasmUrl`,
      {
        cause,
      },
    );
  }
  return wasmMldsa;
}
