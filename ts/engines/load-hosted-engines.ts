import { checked } from "../models/check.ts";
import { coresOf } from "../workers/cores.ts";
import type { HostReports } from "../workers/host-process.ts";
import { HostedPool } from "../workers/hosted-pool.ts";
import { EngineModules } from "../workers/load-wasm.ts";
import { type Engines, type EnginesOptions, enginesOf, Limits } from "./load-engines.ts";

export interface HostedEnginesOptions extends Pick<EnginesOptions, "threads" | "memoryLimitMiB">, HostReports {
  /** Where the host's script is, if not beside `HostedPool`. */
  hostUrl?: URL;
}

/**
 * The engines in a child process of lower priority, which starts with the first call; for services, in Node alone. Nothing of an
 * engine is loaded here: a faulty installation is found by the child and reported by the calls.
 */
export async function loadHostedEngines(options: HostedEnginesOptions = {}): Promise<Engines> {
  const { threads: size = coresOf(), memoryLimitMiB } = checked(Limits, options, "loadHostedEngines");
  const { hostUrl, onError, onPrinted } = options;
  const modules = new EngineModules();
  const pool = new HostedPool({ size, memoryLimitMiB, hostUrl, onError, onPrinted });
  return enginesOf(pool, modules, await modules.identityOf("statevector"));
}
