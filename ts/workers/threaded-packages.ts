import * as annealer from "../../wasm-pkg/annealer-threads/annealer.js";
import { identity as annealerIdentity } from "../../wasm-pkg/annealer-threads/identity.js";
import { identity as statevectorIdentity } from "../../wasm-pkg/statevector-threads/identity.js";
import * as statevector from "../../wasm-pkg/statevector-threads/statevector.js";
import type { EngineIdentity } from "../models/job.ts";
import type { EngineName } from "./engines.ts";
import type { EnginePackage } from "./packages.ts";

/** The engines that have a build for threads: a WASM memory that workers share. */
export type ThreadedEngine = Extract<EngineName, "statevector" | "annealer">;

/** What an engine and `crates/team` export together. */
interface ThreadedPackage extends EnginePackage {
  initSync(options: { module: WebAssembly.Module; memory?: WebAssembly.Memory; thread_stack_size?: number }): {
    memory: WebAssembly.Memory;
  };
  /** Joins the team of the memory. @returns the number of the helper; 0 when the team is full */
  enrolHelper(): number;
  /** Does not return. */
  help(number: number): void;
  /** Tells the leader that `help` has thrown. */
  loseHelper(number: number): void;
  /** Milliseconds and pieces of each thread, the leader first. */
  threadUse(): Float64Array;
}

export const THREADED_PACKAGES: { readonly [name in ThreadedEngine]: ThreadedPackage } = {
  ...{ statevector, annealer },
};

export const THREADED_IDENTITIES: { readonly [name in ThreadedEngine]: EngineIdentity } = {
  statevector: statevectorIdentity,
  annealer: annealerIdentity,
};

/** Where their WASM is; each written out, as in engines.ts. */
export const THREADED_WASM_URLS: { readonly [name in ThreadedEngine]: () => URL } = {
  statevector: () => new URL("../../wasm-pkg/statevector-threads/statevector_bg.wasm", import.meta.url),
  annealer: () => new URL("../../wasm-pkg/annealer-threads/annealer_bg.wasm", import.meta.url),
};
