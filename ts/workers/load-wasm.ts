import { toHex } from "../core/bytes.ts";
import { AppError, messageOf } from "../core/errors.ts";
import type { EngineIdentity } from "../models/job.ts";
import { sha256Quick } from "./digest.ts";
import { type EngineName, IDENTITIES, WASM_URLS } from "./engines.ts";
import { findNative, type NativeEngine, type NativePackage } from "./native-addon.ts";
import { readWasm } from "./read-wasm.ts";

/** A compiled engine, shared by all workers of a pool: a new worker only has to instantiate it. */
export interface CompiledEngine {
  /** A `WebAssembly.Module`: a name that TypeScript knows with the library of browsers alone, which users of Node may not have. */
  module: object;
  identity: EngineIdentity;
}

/** What a worker is given: WASM, or where the addon of Node is. */
export type LoadedEngine = CompiledEngine | NativeEngine;

/** Where the package's own `*_bg.wasm` were copied to, for bundlers that do not move them themselves. */
export type WasmUrls = { readonly [name in EngineName]?: URL | undefined };

/** Finds or compiles each engine when it is first asked for. */
export class EngineModules {
  readonly #urls: WasmUrls;
  readonly #mayBeNative: boolean;
  readonly #compiled = new Map<EngineName, Promise<CompiledEngine>>();
  #package: Promise<NativePackage | undefined> | undefined;

  constructor(urls: WasmUrls = {}, mayBeNative = true) {
    this.#urls = urls;
    this.#mayBeNative = mayBeNative;
  }

  /**
   * The WASM build.
   *
   * @throws {AppError} as {@link loadEngine}; what failed is tried again by the next call
   */
  get(name: EngineName): Promise<CompiledEngine> {
    const known = this.#compiled.get(name);
    if (known !== undefined) return known;
    const loading = loadEngine(name, this.#urls[name]);
    this.#compiled.set(name, loading);
    loading.catch(() => this.#compiled.delete(name));
    return loading;
  }

  /** The native build where its package is installed, else that for WASM. @throws {AppError} as `get` and `findNative` */
  async best(name: EngineName): Promise<LoadedEngine> {
    return (await this.#native(name)) ?? this.get(name);
  }

  /** Which build that is. */
  async identityOf(name: EngineName): Promise<EngineIdentity> {
    return (await this.#native(name))?.identity ?? IDENTITIES[name];
  }

  async #native(name: EngineName): Promise<NativeEngine | undefined> {
    if (!this.#mayBeNative || this.#urls[name] !== undefined) return undefined;
    this.#package ??= findNative();
    return (await this.#package)?.engines.get(name);
  }
}

/**
 * Reads and compiles an engine.
 *
 * The bytes are hashed before they are compiled, so that the identity which results and receipts carry is that of the binary which
 * ran; streaming compilation would hide the bytes and saves less than the hash costs (under 2 ms for the whole file).
 *
 * @throws {AppError} `engine-failure` when it cannot be read, `integrity-violation` when it is another build than this package's
 */
async function loadEngine(name: EngineName, wasmUrl: URL | undefined): Promise<CompiledEngine> {
  return loadBuild(wasmUrl ?? WASM_URLS[name](), IDENTITIES[name]);
}

/** As {@link loadEngine}, for any build of an engine. */
export async function loadBuild(url: URL, identity: EngineIdentity): Promise<CompiledEngine> {
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
