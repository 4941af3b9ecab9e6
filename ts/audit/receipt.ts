import { fromBase64, fromUtf8, toBase64, toHex, utf8 } from "../core/bytes.ts";
import { canonicalJson, type Json } from "../core/canonical-json.ts";
import { formatTime } from "../core/clock.ts";
import { AppError, type ErrorCode } from "../core/errors.ts";
import type { JobId, TenantId } from "../core/ids.ts";
import { withoutUndefined } from "../core/without-undefined.ts";
import type { EngineIdentity, JobType, Outcome, Source } from "../models/job.ts";
import type { JobFormat, JobOptions } from "../models/job-options.ts";
import type { RouteDecision } from "../models/route.ts";
import { commit } from "./fields.ts";
import { type Manifest, type Opening, Receipt } from "./receipt-schema.ts";
import { manifestBytes } from "./signed-file.ts";
import { MAX_LEAF_BYTES } from "./tile-path.ts";

/** Inputs and result containers above this are left out of the receipt file. */
export const MAX_EMBEDDED_BYTES: number = 256 * 1024;

/** Options that hold no text, names or values of the user; only these stand in clear in the leaf. */
const PUBLIC_OPTIONS: ReadonlySet<string> = new Set([
  "shots",
  "precision",
  "threads",
  "method",
  "maxBond",
  "truncationThreshold",
  "probabilities",
  "gradient",
  "amplitudes",
  "reads",
  "sweeps",
  "sweepLimit",
  "sense",
  "maxSamples",
  "bound",
  "objective",
  "iterations",
  "restarts",
  "optimizer",
  "maxIterations",
  "learningRate",
  "tolerance",
  "perturbation",
  "layers",
  "samples",
  "restartIterations",
]);

/** All that a receipt tells about the end of a job. */
export interface JobOutcome {
  jobId: JobId;
  type: JobType;
  tenant: TenantId;
  /** Id of the key or person that submitted it; `local` for the command line. */
  submittedBy: string;
  outcome: Outcome;
  error: ErrorCode | null;
  input: { format: JobFormat; source: Source };
  /** As run, defaults filled in. */
  options: JobOptions;
  seed: number;
  /** null when the job ended before an engine saw it. */
  identity: EngineIdentity | null;
  backend: string | null;
  simulated: boolean;
  route: RouteDecision | null;
  policyVersion: string;
  acceptedAtMs: number;
  startedAtMs: number | null;
  finishedAtMs: number;
  engineMs: number | null;
  costMicroUsd: number;
  reusedJobId: JobId | null;
  /** null without a result; `hash` is SHA-256 of the container, 32 bytes. */
  result: { hash: Uint8Array; container?: Uint8Array } | null;
}

/** A receipt before its leaf is in a signed checkpoint: store all three in the transaction that ends the job. */
export interface ReceiptDraft {
  manifest: Manifest;
  opening: Opening;
  /** What the log holds: the manifest's canonical JSON. */
  leaf: Uint8Array;
}

/**
 * Writes the manifest of a finished job and the opening of its commitments.
 *
 * @param salt 32 fresh random bytes, never used for another receipt
 * @throws {AppError} `too-large` when the manifest passes what one log entry can hold
 */
export function draftReceipt(
  job: JobOutcome,
  salt: Uint8Array = crypto.getRandomValues(new Uint8Array(32)),
): ReceiptDraft {
  const input = sourceBytes(job.input.source);
  const options = withoutUndefined(job.options) as Opening["options"];
  const { container } = job.result ?? {};
  // Made of what the house believes already; who reads a leaf checks it by the schema.
  const manifest: Manifest = {
    format: "ketflow-manifest/1",
    jobId: job.jobId,
    type: job.type,
    outcome: job.outcome,
    error: job.error,
    tenantCommitment: commit(salt, utf8(job.tenant)),
    inputFormat: job.input.format,
    inputCommitment: commit(salt, input),
    optionsCommitment: commit(salt, utf8(canonicalJson(options))),
    resultCommitment: job.result === null ? null : commit(salt, job.result.hash),
    options: publicOptions(options),
    seed: job.seed,
    engine: job.identity?.engine ?? null,
    build: job.identity?.build ?? null,
    backend: job.backend,
    simulated: job.simulated,
    route: job.route,
    policyVersion: job.policyVersion,
    times: {
      acceptedAt: formatTime(job.acceptedAtMs),
      startedAt: job.startedAtMs === null ? null : formatTime(job.startedAtMs),
      finishedAt: formatTime(job.finishedAtMs),
    },
    engineMs: job.engineMs,
    costMicroUsd: job.costMicroUsd,
    actorCommitment: commit(salt, utf8(job.submittedBy)),
    reused: job.reusedJobId === null ? null : { jobId: job.reusedJobId },
    quorumVotes: [],
  };
  const leaf = manifestBytes(manifest);
  if (leaf.length > MAX_LEAF_BYTES) {
    throw new AppError(
      "too-large",
      `the receipt of ${job.jobId} needs a log entry of ${leaf.length} bytes, at most ${MAX_LEAF_BYTES} fit; consider fewer back ends or strategies`,
    );
  }
  const opening: Opening = {
    salt: toHex(salt),
    options,
    submittedBy: job.submittedBy,
    ...(input.length <= MAX_EMBEDDED_BYTES ? { input: asSource(input) } : {}),
    ...(job.result === null
      ? {}
      : {
          result: {
            hash: toHex(job.result.hash),
            ...(container !== undefined && container.length <= MAX_EMBEDDED_BYTES
              ? { container: { base64: toBase64(container) } }
              : {}),
          },
        }),
  };
  return { manifest, opening, leaf };
}

/** @param proof the tlog-proof text of the draft's leaf under a checkpoint that holds it */
export function buildReceipt(draft: Pick<ReceiptDraft, "manifest" | "opening">, proof: string): Receipt {
  return Receipt.parse({ format: "ketflow-receipt/1", manifest: draft.manifest, opening: draft.opening, proof });
}

/** The bytes that an input's commitment is over. */
export function sourceBytes(source: Source): Uint8Array {
  return typeof source === "string" ? utf8(source) : fromBase64(source.base64);
}

/** The one way to carry bytes: as text where they are UTF-8, as base64 where they are not. */
export function asSource(bytes: Uint8Array): Source {
  try {
    return fromUtf8(bytes);
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    return { base64: toBase64(bytes) };
  }
}

/** The part of the options that stands in clear in the leaf. */
export function publicOptions(options: Readonly<Record<string, Json | undefined>>): Manifest["options"] {
  const open: Manifest["options"] = {};
  for (const [name, value] of Object.entries(options)) {
    if (!PUBLIC_OPTIONS.has(name)) continue;
    if (typeof value === "number" || typeof value === "boolean" || typeof value === "string") open[name] = value;
  }
  return open;
}
