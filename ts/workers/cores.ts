import { nodeModule } from "./node-module.ts";

/** How many threads the machine, or what this process may use of it, runs at a time. */
export function coresOf(): number {
  return nodeModule("node:os")?.availableParallelism() ?? globalThis.navigator?.hardwareConcurrency ?? 1;
}
