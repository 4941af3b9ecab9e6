import { identity } from "../../wasm-pkg/statevector/identity.js";
import { toHex } from "../core/bytes.ts";
import { AppError, messageOf } from "../core/errors.ts";
import type { EngineIdentity } from "../models/job.ts";
import { sha256Quick } from "./digest.ts";
import { readWasm } from "./read-wasm.ts";

/** A compiled engine, shared by all workers of a pool: a new worker only has to instantiate it. */
export interface LoadedEngine {
  module: WebAssembly.Module;
  identity: EngineIdentity;
}

/**
 * Reads and compiles the engine, once per pool.
 *
 * The bytes are hashed before they are compiled, so that the identity which results and receipts carry is that of the binary which
 * ran; streaming compilation would hide the bytes and saves less than the hash costs (under 2 ms for the whole file).
 *
 * @param wasmUrl where the package's own `statevector_bg.wasm` was copied to, for bundlers that do not move it themselves
 * @throws {AppError} `engine-failure` when it cannot be read, `integrity-violation` when it is another build than this package's
 */
export async function loadEngine(wasmUrl?: URL): Promise<LoadedEngine> {
  return loadBuild(wasmUrl ?? new URL("../../wasm-pkg/statevector/statevector_bg.wasm", import.meta.url), identity);
}

/** As {@link loadEngine}, for any build of an engine. */
export async function loadBuild(url: URL, identity: EngineIdentity): Promise<LoadedEngine> {
  const bytes = await readEngine(url);
  const digest = toHex(await sha256Quick(bytes));
  if (digest !== identity.build.sha256) {
    throw new AppError(
      "integrity-violation",
      `the engine at ${url} has SHA-256 ${digest}, this package was made with ${identity.build.sha256}; install it again`,
    );
  }
  try {
    return { module: await WebAssembly.compile(bytes), identity };
  } catch (cause) {
    const needs =
      "WebAssembly with 128-bit SIMD, which browsers have since 2023 and pages must allow ('wasm-unsafe-eval')";
    throw new AppError("unsupported", `this JavaScript engine does not take the engine; it needs ${needs}`, { cause });
  }
}

async function readEngine(url: URL): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return await readWasm(url);
  } catch (cause) {
    throw new AppError(
      "engine-failure",
      `the engine at ${url} cannot be read: ${messageOf(cause)}; give loadEngines a wasmUrl`,
      { cause },
    );
  }
}
