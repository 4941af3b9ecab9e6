import * as z from "zod";
import { fromBase64, fromUtf8 } from "../core/bytes.ts";
import { ERROR_CODES, type ErrorCode } from "../core/errors.ts";
import { isJobId } from "../core/ids.ts";
import { JOB_TYPES, OUTCOMES, Seed } from "../models/job.ts";
import { JOB_FORMATS } from "../models/job-schemas.ts";
import { RouteDecision } from "../models/route.ts";
import { Base64, Hex32, ProofText, Time } from "./fields.ts";

// The receipt file, `ketflow-receipt/1`. docs/receipt.md explains every field; unknown members are refused everywhere.

const JobIdText = z.string().refine(isJobId, "must be a job id");

const ERROR_CODE_NAMES = Object.keys(ERROR_CODES) as [ErrorCode, ...ErrorCode[]];

/** What the log's leaf says, for good and for everyone who reads the log: no input, no result, no name. */
export const Manifest = z
  .strictObject({
    format: z.literal("ketflow-manifest/1"),
    jobId: JobIdText,
    type: z.enum(JOB_TYPES),
    outcome: z.enum(OUTCOMES),
    /** Code only: messages may quote the input. */
    error: z.enum(ERROR_CODE_NAMES).nullable(),
    /** HMAC-SHA-256 under the salt of the opening, like those below: over the tenant's id. */
    tenantCommitment: Hex32,
    /** Over the id of who submitted the job. */
    actorCommitment: Hex32,
    inputFormat: z.enum(JOB_FORMATS),
    /** Over the bytes of the input. */
    inputCommitment: Hex32,
    /** Over the canonical JSON of all options, as run. */
    optionsCommitment: Hex32,
    /** Over the 32 bytes of resultHash; null without a result. */
    resultCommitment: Hex32.nullable(),
    /** The options that cannot carry data of the user. */
    options: z.record(z.string(), z.union([z.number(), z.boolean(), z.string().max(64)])),
    seed: Seed,
    /** null when the job ended before an engine saw it. */
    engine: z.strictObject({ name: z.string(), version: z.string(), contentHash: Hex32 }).nullable(),
    build: z.strictObject({ kind: z.string(), sha256: Hex32 }).nullable(),
    backend: z.string().nullable(),
    /** The result comes from a simulation, a mock device included. */
    simulated: z.boolean(),
    route: RouteDecision.nullable(),
    policyVersion: z.string().max(256),
    times: z.strictObject({ acceptedAt: Time, startedAt: Time.nullable(), finishedAt: Time }),
    /** The engine's own time, without parsing, start-up or transport. */
    engineMs: z.number().min(0).nullable(),
    costMicroUsd: z.int().min(0),
    /** The job whose equal result was answered instead of running again. */
    reused: z.strictObject({ jobId: JobIdText }).nullable(),
    /** Always empty in this version: results are not yet voted on. */
    quorumVotes: z.tuple([]),
  })
  .refine((manifest) => (manifest.outcome === "succeeded") === (manifest.resultCommitment !== null), {
    path: ["resultCommitment"],
    message: "must be there exactly when the outcome is 'succeeded'",
  })
  .refine((manifest) => manifest.outcome !== "succeeded" || (manifest.error === null && manifest.engine !== null), {
    path: ["outcome"],
    message: "'succeeded' needs an engine and has no error",
  });
export type Manifest = z.infer<typeof Manifest>;

/** What opens the commitments: held by the owner, never in the log. Without it the leaf says nothing about the user's data. */
export const Opening = z.strictObject({
  /** Random, one per receipt, key of all its commitments. Destroying every copy makes them unreadable for good. */
  salt: Hex32,
  options: z.record(z.string(), z.json()),
  submittedBy: z.string().min(1).max(128).optional(),
  /** Left out above 256 KiB. */
  input: z
    .union([
      z.string(),
      z
        .strictObject({ base64: Base64 })
        .refine(({ base64 }) => !isText(base64), "must be text, because its bytes are UTF-8: one input, one spelling"),
    ])
    .optional(),
  result: z
    .strictObject({
      /** SHA-256 of the result container. */
      hash: Hex32,
      /** The container itself; left out above 256 KiB. */
      container: z.strictObject({ base64: Base64 }).optional(),
    })
    .optional(),
});
export type Opening = z.infer<typeof Opening>;

export const Receipt = z.strictObject({
  format: z.literal("ketflow-receipt/1"),
  manifest: Manifest,
  opening: Opening,
  proof: ProofText,
});
export type Receipt = z.infer<typeof Receipt>;

function isText(base64: string): boolean {
  try {
    fromUtf8(fromBase64(base64));
    return true;
  } catch (cause) {
    if (cause instanceof TypeError) return false;
    throw cause;
  }
}
