import { type MeasuredProbability, type MirrorFidelity, mirrorFidelity } from "../../algorithms/mirror-fidelity.ts";
import { AppError, fromErrorInfo } from "../../core/errors.ts";
import { freshSeed, MAX_SEED } from "../../core/random.ts";
import { withoutUndefined } from "../../core/without-undefined.ts";
import { fidelityPath, saveFidelity } from "../../routing/fidelity-file.ts";
import type { CommandContext } from "../context.ts";
import type { ExitCode } from "../failure.ts";
import type { JobControl, JobHost } from "../job-host.ts";
import { openJobHost } from "../open-host.ts";
import { money } from "../outcome-text.ts";
import { serviceUrl } from "../remote.ts";
import { dataFolder, type Flags, readSettings } from "../settings.ts";
import { tableLines } from "../table.ts";

export interface FidelityFlags {
  qubits?: number;
  circuits?: number;
  circuitShots?: number;
  maxLayers?: number;
  seed?: number;
  /** Agree to what the jobs cost. */
  execute?: boolean;
  /** Has routing of this data folder read what was found. */
  save?: boolean;
  json?: boolean;
}

/** Measures a back end by mirror circuits: each is a job there, with a receipt of its own. */
export async function fidelity(
  backend: string,
  flags: FidelityFlags,
  settingFlags: Flags,
  context: CommandContext,
): Promise<ExitCode> {
  const { qubits, circuits, circuitShots: shots, maxLayers, execute = false } = flags;
  const { terminal, signal } = context;
  const seed = flags.seed ?? freshSeed();
  if (!Number.isInteger(seed) || seed > MAX_SEED) {
    throw new AppError("invalid-input", `--seed ${seed}: must be a whole number, 0 to ${MAX_SEED}`);
  }
  const settings = await readSettings(terminal, settingFlags);
  const { save = false } = flags;
  if (save && serviceUrl(settings) !== undefined) {
    throw new AppError("unsupported", "--save: is for the data folder of this machine; leave it out, or --url");
  }
  const host = await openJobHost("new-jobs", settings, context);
  try {
    // An equal earlier circuit says nothing about the back end as it is now.
    const control: JobControl = { signal, useCache: false };
    const found = await mirrorFidelity(withoutUndefined({ qubits, circuits, shots, maxLayers }), {
      seed,
      signal,
      onProgress: (jobs) => terminal.progress?.(`\r${jobs} circuits`),
      runCounts: (circuit, options) => countsOf(host, backend, { circuit, ...options }, { control, execute }),
    });
    terminal.progress?.("\r\u001B[2K");
    if (save) {
      const { oneQubit, twoQubit, readout } = found;
      const measuredAt = new Date().toISOString();
      const values = { oneQubit: oneQubit.estimate, twoQubit: twoQubit?.estimate ?? null, readout: readout.estimate };
      await saveFidelity(fidelityPath(dataFolder(settings, terminal)), backend, { ...values, measuredAt });
    }
    if (flags.json) terminal.print(JSON.stringify({ backend, seed, ...found }, null, 2));
    else terminal.print(text(backend, seed, found));
    return 0;
  } finally {
    await host.close();
  }
}

/** @throws {AppError} that of the job; `unsupported` where it has a price that nobody agreed to */
async function countsOf(
  host: JobHost,
  backend: string,
  { circuit, shots, seed }: { circuit: { source: string }; shots: number; seed: number },
  { control, execute }: { control: JobControl; execute: boolean },
): Promise<Readonly<Record<string, number>>> {
  const input = { format: "openqasm3" as const, source: circuit.source };
  let { job } = await host.submit({ type: "circuit", input, options: { shots }, seed, target: backend }, control);
  if (job.status === "planned" && job.plan !== null) {
    if (!execute) {
      await host.cancel(job.id, control);
      throw new AppError(
        "unsupported",
        `each circuit costs ${money(job.plan.costMicroUsd)} on ${backend}, and some 60 to 90 are run; --execute agrees to that`,
      );
    }
    ({ job } = await host.execute(job.id, job.plan.planHash, control));
  }
  if (job.error !== null) throw fromErrorInfo(job.error);
  const { result } = job;
  if (job.status !== "succeeded" || result === null || !("counts" in result) || result.counts === undefined) {
    throw new AppError("unsupported", `${job.id} on ${backend} is ${job.status} and gave no counts`);
  }
  return result.counts;
}

function text(backend: string, seed: number, { oneQubit, twoQubit, readout, jobs, shots }: MirrorFidelity): string {
  const row = (name: string, { estimate, low, high }: MeasuredProbability): string[] => [
    name,
    estimate.toFixed(5),
    `${low.toFixed(5)} to ${high.toFixed(5)}`,
  ];
  const rows = [
    ["fidelity", backend, "95 %"],
    row("one-qubit gate", oneQubit),
    ...(twoQubit === null ? [] : [row("controlled Z", twoQubit)]),
    row("readout", readout),
  ];
  return [...tableLines(rows), "", `${jobs} circuits of ${shots} shots, seed ${seed}`].join("\n");
}
