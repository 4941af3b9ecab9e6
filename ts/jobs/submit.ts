import type { AuditEvent } from "../audit/event.ts";
import { fromBase64, toHex, utf8 } from "../core/bytes.ts";
import { canonicalJson, type Json } from "../core/canonical-json.ts";
import { AppError, ERROR_CODES, type ErrorInfo, messageOf, toErrorInfo } from "../core/errors.ts";
import { type JobId, newJobId, type TenantId } from "../core/ids.ts";
import { freshSeed } from "../core/random.ts";
import { sha256 } from "../core/sha256.ts";
import type { Source, SubmitJob } from "../models/job.ts";
import { type SubmitCommand, sameRequest } from "./core.ts";
import type { Idempotency, Job, JobPlan, JobRequest } from "./job.ts";
import { makePlan, mustBePlanned, type PlanServices, type RouteQuestion } from "./plan.ts";

/** What a tenant may have unfinished; see tenancy/quota.ts. */
interface Admission {
  /** @throws {AppError} `quota-exceeded` */
  admit(tenant: TenantId): void;
  /** The admitted job was not stored, or has ended. */
  release(tenant: TenantId): void;
}

export interface SubmitServices extends PlanServices {
  readonly quota?: Admission | undefined;
  /** Called when a job is on its way into the store. */
  wake?(): void;
}

export interface SubmitOptions {
  /** The same key with the same body is the same job. */
  readonly idempotencyKey?: string | undefined;
  /** `false`: run it even when a stored result would answer it. */
  readonly reuse?: boolean | undefined;
  /** Id of the key or person that asks; absent: the command line of this machine. */
  readonly submittedBy?: string | undefined;
  /** What is recorded together with the job. @param id of the job */
  readonly event?: ((id: JobId) => AuditEvent) | undefined;
}

const DEFAULT_MAX_ATTEMPTS = 3;
const NOT_PLANNED = { plan: undefined, refusal: undefined };

/**
 * Accepts a job: when the promise resolves it is on disk, queued or (mode `plan`, or a back end that the policy wants agreed
 * to) planned. A job that cannot run, such as text that is no circuit, is accepted too: it ends as `failed`, with the reason, at
 * once where it was to be planned, else when its turn comes.
 *
 * @param body as parsed by {@link SubmitJob}
 * @throws {AppError} `no-backend` for a target that is not there, `invalid-input` for text that has no canonical form, `conflict`
 * (idempotency), `quota-exceeded`, `storage-full`, `store-unavailable`
 */
export async function submit(
  services: SubmitServices,
  tenant: TenantId,
  body: SubmitJob,
  options: SubmitOptions = {},
): Promise<Job> {
  const idempotency = toIdempotency(options.idempotencyKey, body);
  // A repeat needs no plan and no room in the quota; of two at once the store answers the later one with the earlier's job.
  const earlier = idempotency && (await services.store.repeated(tenant, idempotency.key));
  if (earlier !== undefined) return sameRequest(earlier, idempotency);
  // Text that has no canonical form is refused where a caller can put some; all of the body costs too much for every job.
  const { options: asked, metadata, constraints } = body;
  if (asked !== undefined || metadata !== undefined || constraints !== undefined)
    canonical({ asked, metadata, constraints });
  const input = sourceBytes(body.input.source);
  const request: JobRequest = {
    format: body.input.format,
    options: body.options ?? {},
    target: body.target ?? "auto",
    constraints: body.constraints,
    routing: body.routing,
    metadata: body.metadata,
    reuse: (options.reuse ?? true) && services.policyOf(tenant).reuseResults,
  };
  const at = services.clock();
  const [id, seed] = [newJobId(at), body.seed ?? freshSeed()];
  const question = { tenant, type: body.type, request, seed, input };
  const planned = mustPlan(services, tenant, body) ? await planOrRefusal(services, id, question) : NOT_PLANNED;
  const inputHash = toHex(sha256(input));
  const maxAttempts = DEFAULT_MAX_ATTEMPTS;
  const { submittedBy } = options;
  const command: SubmitCommand = {
    kind: "submit",
    tenant,
    type: body.type,
    request,
    seed,
    input,
    id,
    at,
    submittedBy,
    inputHash,
    maxAttempts,
    idempotency,
    plan: planned.plan,
    refusal: planned.refusal,
    event: options.event?.(id),
  };
  services.quota?.admit(tenant);
  try {
    const stored = services.store.apply(command);
    services.wake?.();
    const job = await stored;
    // The same request again: its job was counted the first time.
    if (job.id !== id) services.quota?.release(tenant);
    return job;
  } catch (error) {
    services.quota?.release(tenant);
    throw error;
  }
}

/** A job for `auto` is not planned here: the router gives it only what may run at once, and the attempt checks that again. */
function mustPlan(services: SubmitServices, tenant: TenantId, { mode, target = "auto" }: SubmitJob): boolean {
  const policy = services.policyOf(tenant);
  const provider = services.providers.get(target);
  if (target !== "auto" && provider === undefined) {
    const known = [...services.providers.keys()].join(", ");
    throw new AppError("no-backend", `target: there is no back end '${target}'; use auto or one of ${known}`);
  }
  if (mode === "plan" || policy.dryRun === "always") return true;
  return provider !== undefined && mustBePlanned(provider.describe(), policy);
}

/** What is wrong with the job itself is the job's outcome, as it is when an attempt finds it; all else is thrown. */
async function planOrRefusal(
  services: PlanServices,
  id: JobId,
  question: RouteQuestion,
): Promise<{ plan: JobPlan | undefined; refusal: ErrorInfo | undefined }> {
  try {
    return { plan: await makePlan(services, id, question), refusal: undefined };
  } catch (error) {
    const refusal = toErrorInfo(error);
    const { status, retryable } = ERROR_CODES[refusal.code];
    if (retryable || status >= 500) throw error;
    return { plan: undefined, refusal };
  }
}

function canonical(part: object): string {
  try {
    return canonicalJson(part as Json);
  } catch (cause) {
    throw new AppError("invalid-input", `the body has no canonical form: ${messageOf(cause)}`, { cause });
  }
}

/** @throws {AppError} `invalid-input` */
export function checkIdempotencyKey(key: string, longest = 255): void {
  if (key.length <= longest && /^[\x21-\x7e]+$/.test(key)) return;
  throw new AppError("invalid-input", "Idempotency-Key: expected 1 to 255 printable ASCII characters without spaces");
}

function toIdempotency(key: string | undefined, body: SubmitJob): Idempotency | undefined {
  if (key === undefined) return undefined;
  // A batch adds the position of the job to it.
  checkIdempotencyKey(key, 264);
  return { key, bodyHash: toHex(sha256(utf8(canonical(body)))) };
}

function sourceBytes(source: Source): Uint8Array {
  if (typeof source === "string") return utf8(source);
  try {
    return fromBase64(source.base64);
  } catch (cause) {
    throw new AppError("invalid-input", "input.source.base64: not base64 of RFC 4648 with padding", { cause });
  }
}
