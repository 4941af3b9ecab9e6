import { toHex } from "../core/bytes.ts";
import { sha256 } from "../core/sha256.ts";
import type { JobFormat, JobOptions } from "../models/job-options.ts";
import type { JobType } from "../models/job-type.ts";
import type { Work } from "../models/work.ts";

type Estimate = Work["estimate"];

const MOST = 256;
/** Longer inputs are no sooner hashed than read. */
const MOST_BYTES = 64 * 1024;

/**
 * What the engines said of work that came before, the latest of it: an estimate is a function of input and options, and the same circuit
 * comes again with other seeds. Asking takes two messages between processes and a thread of the engines.
 */
export class Estimates {
  /** By their use, the latest last. */
  readonly #byKey = new Map<string, Estimate>();

  /** @returns undefined for work that is not kept */
  keyOf(type: JobType, format: JobFormat, input: Uint8Array, options: JobOptions): string | undefined {
    if (input.length > MOST_BYTES) return undefined;
    return `${type} ${format} ${toHex(sha256(input))} ${JSON.stringify(options)}`;
  }

  get(key: string | undefined): Estimate | undefined {
    if (key === undefined) return undefined;
    const estimate = this.#byKey.get(key);
    if (estimate === undefined) return undefined;
    this.#byKey.delete(key);
    this.#byKey.set(key, estimate);
    return estimate;
  }

  add(key: string | undefined, estimate: Estimate): void {
    if (key === undefined) return;
    this.#byKey.set(key, estimate);
    if (this.#byKey.size <= MOST) return;
    for (const oldest of this.#byKey.keys()) {
      this.#byKey.delete(oldest);
      break;
    }
  }
}
