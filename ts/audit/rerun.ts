import { fromHex } from "../core/bytes.ts";
import { AppError } from "../core/errors.ts";
import type { EngineIdentity, JobType, Source } from "../models/job.ts";
import type { JobFormat } from "../models/job-options.ts";
import type { Check } from "./checkpoint.ts";
import { commit } from "./fields.ts";
import { asSource, sourceBytes } from "./receipt.ts";
import type { Opening, Receipt } from "./receipt-schema.ts";

/** What has to run again to get the receipt's result hash. */
export interface RerunJob extends EngineIdentity {
  type: JobType;
  input: { format: JobFormat; source: Source };
  options: Opening["options"];
  seed: number;
}

/**
 * What a receipt says was run, after checking that the input is the one it commits to. Verify the receipt first.
 *
 * @param inputFile the input's bytes; needed when the receipt does not embed it
 * @throws {AppError} `invalid-input` when there is no input or it is another one, `unsupported` when the job left no result
 */
export function rerunInput({ manifest, opening }: Receipt, inputFile?: Uint8Array): RerunJob {
  const { engine, build } = manifest;
  if (manifest.resultCommitment === null || engine === null || build === null) {
    throw new AppError("unsupported", `the job ended as '${manifest.outcome}' and left no result to run again`);
  }
  const bytes = inputFile ?? (opening.input === undefined ? undefined : sourceBytes(opening.input));
  if (bytes === undefined) {
    throw new AppError("invalid-input", "the input is not in the receipt; give the file with --input-file");
  }
  if (commit(fromHex(opening.salt), bytes) !== manifest.inputCommitment) {
    throw new AppError("invalid-input", "the input file is not the one that was run: its commitment differs");
  }
  const source = opening.input ?? asSource(bytes);
  return {
    type: manifest.type,
    input: { format: manifest.inputFormat, source },
    options: opening.options,
    seed: manifest.seed,
    engine,
    build,
  };
}

/** @param resultHash of the new run, 32 bytes */
export function compareRerun({ manifest, opening }: Receipt, resultHash: Uint8Array): Check {
  const ok = commit(fromHex(opening.salt), resultHash) === manifest.resultCommitment;
  return {
    name: "rerun",
    ok,
    detail: ok ? "running it again gave the same bytes" : "running it again gave another result than the receipt's",
  };
}
