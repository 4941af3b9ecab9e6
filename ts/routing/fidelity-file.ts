import { join } from "node:path";
import * as z from "zod";
import { readTextIfThere, writeFileDurably } from "../audit/durable-file.ts";
import { AppError } from "../core/errors.ts";
import { checked } from "../models/check.ts";
import type { Provider } from "../providers/provider.ts";

const Probability = z.number().min(0).max(1);

/** Back end → what mirror circuits found there, and when. */
const MeasuredFidelities = z.record(
  z.string(),
  z.strictObject({
    oneQubit: Probability,
    /** Null where one qubit was measured: the declared value stays. */
    twoQubit: Probability.nullable(),
    readout: Probability,
    measuredAt: z.iso.datetime(),
  }),
);
export type MeasuredFidelities = z.infer<typeof MeasuredFidelities>;

/** Where a data folder has them. */
export function fidelityPath(dataDir: string): string {
  return join(dataDir, "fidelity.json");
}

/**
 * What `ketflow fidelity --save` left.
 *
 * @throws {AppError} `invalid-input` where the file is there and is no such document
 */
export async function readFidelities(path: string): Promise<MeasuredFidelities> {
  const text = await readTextIfThere(path);
  if (text === undefined) return {};
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (cause) {
    throw new AppError("invalid-input", `${path}: not JSON; delete it, or measure again`, { cause });
  }
  return checked(MeasuredFidelities, document, path);
}

/** Keeps what was measured on one back end, beside what is known of others. */
export async function saveFidelity(path: string, backend: string, found: MeasuredFidelities[string]): Promise<void> {
  const all = { ...(await readFidelities(path)), [backend]: found };
  await writeFileDurably(path, `${JSON.stringify(all, null, 2)}\n`);
}

/** The same back end, described by what was measured where that is known, so that routing reads it instead of what is declared. */
export function withMeasuredFidelity(provider: Provider, measured: MeasuredFidelities): Provider {
  const found = measured[provider.describe().id];
  if (found === undefined) return provider;
  const { oneQubit, twoQubit, readout } = found;
  return {
    predict: (work) => provider.predict(work),
    run: (job, control) => provider.run(job, control),
    describe() {
      const declared = provider.describe();
      return { ...declared, fidelity: { oneQubit, twoQubit: twoQubit ?? declared.fidelity.twoQubit, readout } };
    },
  };
}
