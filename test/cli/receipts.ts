import { join } from "node:path";
import { proofText } from "../../ts/audit/log-reader.ts";
import { formatVerifierKey } from "../../ts/audit/note.ts";
import { buildReceipt, draftReceipt, type JobOutcome } from "../../ts/audit/receipt.ts";
import { signedFileBytes } from "../../ts/audit/signed-file.ts";
import { fromHex } from "../../ts/core/bytes.ts";
import { loadEngines } from "../../ts/engines/load-engines.ts";
import { ArraySource, bellOutcome, openLog } from "../audit/log-fixture.ts";

export interface Issued {
  receipt: Uint8Array;
  /** Lines of a trusted-logs file. */
  keys: string[];
}

/** A receipt of a run that really happened, under a head of a log of its own in `folder`. */
export async function issueReceipt(folder: string, changes: Partial<JobOutcome> = {}): Promise<Issued> {
  const outcome = bellOutcome(changes);
  const engines = await loadEngines({
    workerUrl: new URL("../../dist/workers/worker.js", import.meta.url),
    threads: 1,
  });
  const { options, seed, input } = outcome;
  const source = typeof input.source === "string" ? input.source : "";
  const run = await engines.run(outcome.type, { format: input.format, source }, { ...options, seed });
  await engines.close();
  const draft = draftReceipt({
    ...outcome,
    result: { hash: fromHex(run.resultHash), container: run.container },
    identity: changes.identity ?? run.identity,
  });
  const { writer, options: log } = await openLog(join(folder, "log-root"), new ArraySource([draft.leaf]));
  const head = await writer.force();
  if (head === undefined) throw new Error("a head was expected");
  return {
    receipt: signedFileBytes(buildReceipt(draft, proofText(log.directory, 0, head))),
    keys: log.keys.verifierKeys.map(formatVerifierKey),
  };
}
