import type { LogWriter } from "../audit/log-writer.ts";
import { buildReceipt, draftReceipt } from "../audit/receipt.ts";
import { Manifest } from "../audit/receipt-schema.ts";
import { signedFileBytes } from "../audit/signed-file.ts";
import { fromUtf8 } from "../core/bytes.ts";
import { AppError } from "../core/errors.ts";
import { freshBytes } from "../core/random.ts";
import type { Job } from "./job.ts";
import { outcomeOf } from "./outcome.ts";
import type { BuildOutcomeLeaf, Store } from "./store.ts";

/** The log entry of a job that has just become final, under a fresh salt. */
export const outcomeLeaf: BuildOutcomeLeaf = (job, input) => {
  const salt = freshBytes(32);
  return { leaf: draftReceipt(outcomeOf(job, input), salt).leaf, salt };
};

/** The receipt file of a final job: what was logged when it ended, its opening, and a proof under a head that is signed now. */
export async function issueReceipt(
  job: Job,
  container: Uint8Array | undefined,
  store: Store,
  log: Pick<LogWriter, "prove">,
): Promise<string> {
  const index = job.leafIndex ?? -1;
  const [[leaf], salt, input] = await Promise.all([
    store.log.leaves(index, index + 1),
    store.salt(job),
    store.input(job),
  ]);
  if (leaf === undefined || salt === undefined) {
    throw new AppError("internal", `job ${job.id} is final without a log entry`);
  }
  // The manifest is what was logged, not what today's release would log.
  const manifest = Manifest.parse(JSON.parse(fromUtf8(leaf)));
  const { opening } = draftReceipt(outcomeOf(job, input, container), salt);
  return fromUtf8(signedFileBytes(buildReceipt({ manifest, opening }, await log.prove(index))));
}
