import { LRUCache } from "lru-cache";
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
  readonly #byKey = new LRUCache<string, Estimate>({ max: MOST });

  /** The estimate of equal work, or that of `ask`. */
  async get(
    type: JobType,
    format: JobFormat,
    input: Uint8Array,
    options: JobOptions,
    ask: () => Promise<Estimate>,
  ): Promise<Estimate> {
    if (input.length > MOST_BYTES) return ask();
    const key = `${type} ${format} ${toHex(sha256(input))} ${JSON.stringify(options)}`;
    const known = this.#byKey.get(key);
    if (known !== undefined) return known;
    const estimate = await ask();
    this.#byKey.set(key, estimate);
    return estimate;
  }
}
