import { identity as annealer } from "../../wasm-pkg/annealer/identity.js";
import { identity as qnet } from "../../wasm-pkg/qnet/identity.js";
import { identity as scheduler } from "../../wasm-pkg/scheduler/identity.js";
import { identity as statevector } from "../../wasm-pkg/statevector/identity.js";
import type { EngineIdentity } from "../models/job.ts";
import type { JobType } from "../models/job-type.ts";
import { HYBRID_ENGINE } from "./hybrid-identity.ts";

/** The engines of this package: folders of wasm-pkg. */
export type EngineName = "statevector" | "annealer" | "scheduler" | "qnet";

/** Which engine runs a type of job. */
export const ENGINE_OF: { readonly [T in JobType]: EngineName } = {
  circuit: "statevector",
  anneal: "annealer",
  schedule: "scheduler",
  infer: "qnet",
  // The energies of a search are circuits.
  hybrid: "statevector",
};

/** Which build of each this package carries; every result names it. */
export const IDENTITIES: { readonly [name in EngineName]: EngineIdentity } = {
  ...{ statevector, annealer, scheduler, qnet },
};

/** Which build runs a type of job. */
export function identityOf(type: JobType): EngineIdentity {
  const identity = IDENTITIES[ENGINE_OF[type]];
  return type === "hybrid" ? { ...identity, engine: HYBRID_ENGINE } : identity;
}

/** Where their WASM is. Each is written out, because bundlers look for exactly this form. */
export const WASM_URLS: { readonly [name in EngineName]: () => URL } = {
  statevector: () => new URL("../../wasm-pkg/statevector/statevector_bg.wasm", import.meta.url),
  annealer: () => new URL("../../wasm-pkg/annealer/annealer_bg.wasm", import.meta.url),
  scheduler: () => new URL("../../wasm-pkg/scheduler/scheduler_bg.wasm", import.meta.url),
  qnet: () => new URL("../../wasm-pkg/qnet/qnet_bg.wasm", import.meta.url),
};
