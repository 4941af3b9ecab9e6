import * as annealer from "../../wasm-pkg/annealer/annealer.js";
import * as qnet from "../../wasm-pkg/qnet/qnet.js";
import * as scheduler from "../../wasm-pkg/scheduler/scheduler.js";
import * as statevector from "../../wasm-pkg/statevector/statevector.js";
import type { EngineName } from "./engines.ts";

/** What an engine calls at least every 10 ms of work. @returns 0: go on; 1: cancel; 2: end with what was found */
export type Poll = (done: number, total: number, best?: number) => 0 | 1 | 2;

/** What a source becomes in an engine. */
export interface Program {
  format(): string;
  /** JSON. */
  view(): string;
  /** JSON of what was accepted without effect. */
  notes?(): string;
  /** JSON. */
  estimate(options: string): string;
  /** The result container. */
  run(options: string, poll: Poll): Uint8Array;
  toOpenqasm3?(): string;
  toIonqJson?(): string;
  free(): void;
}

/** The glue that wasm-bindgen makes: the same shape for every engine. */
export interface EnginePackage {
  initSync(options: { module: WebAssembly.Module }): { memory: WebAssembly.Memory };
  readonly Program: { parse(format: string, source: Uint8Array): Program };
}

export const PACKAGES: { readonly [name in EngineName]: EnginePackage } = {
  ...{ statevector, annealer, scheduler, qnet },
};

/**
 * A small job of each engine. JavaScript engines compile WASM functions at their first call, 12 ms for all of a circuit's: that is
 * start-up and would otherwise be the larger part of a small job's engineMs.
 */
export const WARM_UPS: { readonly [name in EngineName]: readonly [format: string, source: string, options: string] } = {
  statevector: ["openqasm3", "OPENQASM 3.0; qubit[2] q; U(1, 0, 0) q[0]; ctrl @ U(1, 0, 0) q[0], q[1];", '{"shots":1}'],
  annealer: ["coo", "# vartype=SPIN\n0 1 1\n1 1 1", '{"reads":2,"sweeps":8}'],
  scheduler: ["jsp", "2 2\n0 3 1 2\n1 4 0 2\n", '{"iterations":20}'],
  qnet: [
    "net-json",
    '{"format":"ketflow-net/1","dtype":"f32","layers":[{"kind":"dense","weights":[[1]],"bias":[0],"activation":"relu"}],"states":[[1]]}',
    "{}",
  ],
};
