import { createHmac, type Hmac } from "node:crypto";
import type { AuditEvent } from "../audit/event.ts";
import type { EventStore } from "../audit/event-store.ts";
import { commit } from "../audit/fields.ts";
import { type EventOrigin, newEvent } from "../audit/new-event.ts";
import { utf8 } from "../core/bytes.ts";
import { canonicalJson, type Json } from "../core/canonical-json.ts";
import { AppError } from "../core/errors.ts";
import { type EventId, firstEventIdAt, type TenantId } from "../core/ids.ts";
import type { SqliteDatabase } from "../database/sqlite-database.ts";
import type { Assignment } from "../experiments/assignment.ts";
import type { Experiments } from "../experiments/experiments.ts";
import type { ToldAssignment } from "../experiments/outcomes.ts";
import type { ChatRequest, ChatRoute } from "../models/chat.ts";
import type { Attempt } from "./attempts.ts";
import type { ChatCandidate, ChatChoice } from "./choose.ts";
import type { Reused } from "./reuse.ts";
import type { TokenCount } from "./tokens.ts";

/** How a call ended. `broken`: the back end stopped in the middle; `cancelled`: the caller went away. */
export type ChatOutcome = "succeeded" | "failed" | "broken" | "cancelled";

/** Everything that is kept of a call: no word of the request or of the answer. */
export interface CallRecord {
  readonly decision: EventId;
  readonly tenant: TenantId;
  readonly at: number;
  readonly request: ChatRequest;
  readonly requestCommitment: string;
  /** Over all bytes of the answer's body; null where there was none, or not the whole of it. */
  readonly answerCommitment: string | null;
  readonly policyVersion: string;
  readonly choice: ChatChoice;
  /** Undefined where it took part in no experiment. */
  readonly assignment: Assignment | undefined;
  /** To the end of the answer. */
  readonly latencyMs: number;
  readonly attempts: readonly Attempt[];
  /** Who answered, or was asked last; undefined where nobody was asked. */
  readonly answeredBy: ChatCandidate | undefined;
  readonly reused: Reused | undefined;
  readonly outcome: ChatOutcome;
  readonly tokens: TokenCount;
  readonly cost: Pick<ChatRoute, "costMicroUsd" | "costIsEstimated">;
}

/** Of the candidates, so that the event stays small. */
const TOLD_CANDIDATES = 8;
const TOLD_ATTEMPTS = 12;

/** HMAC-SHA-256 under a key that only the caller is given: nobody else can test a guess of what was said. Of an answer in pieces. */
export function commitment(key: Uint8Array): Hmac {
  return createHmac("sha256", key);
}

/** Over the canonical JSON of the body as it was sent. @throws {AppError} `invalid-input` for text that has no canonical form */
export function commitRequest(key: Uint8Array, request: ChatRequest): string {
  try {
    return commit(key, utf8(canonicalJson(request as unknown as Json)));
  } catch (cause) {
    throw new AppError("invalid-input", "body: holds half of a surrogate pair; send well-formed text", { cause });
  }
}

/** The audit event of a call, which makes an entry of the log. */
function chatEvent(record: CallRecord, origin: EventOrigin): AuditEvent {
  const { decision, tenant, at, choice, attempts, outcome, tokens, cost, policyVersion } = record;
  const last = record.answeredBy?.target;
  const detail = {
    outcome,
    requested: record.request.model,
    ...(last && { provider: last.provider, model: last.model.name }),
    router: choice.routerHash,
    candidates: choice.order.slice(0, TOLD_CANDIDATES).map(toldCandidate),
    attempts: attempts.slice(0, TOLD_ATTEMPTS).map(({ failure }) => failure ?? "answered"),
    inputTokens: tokens.input,
    outputTokens: tokens.output,
    ...cost,
    ...(choice.learned && { learned: { ...choice.learned } }),
    ...(record.assignment && { experiment: toldAssignment(record.assignment) }),
    ...(record.reused && { reused: { how: record.reused.how, decision: record.reused.decision } }),
    requestCommitment: record.requestCommitment,
    answerCommitment: record.answerCommitment,
  } satisfies Json;
  const event = newEvent(origin, { tenant, at, action: "chat.complete", subject: decision, policyVersion, detail });
  return { ...event, id: decision };
}

function toldAssignment({ experiment: { name, version }, arm, armName, unit }: Assignment) {
  return { name, version, arm: armName, place: arm, unit } satisfies ToldAssignment;
}

function toldCandidate({ target, quality, expectedMicroUsd }: ChatCandidate): Json {
  return { provider: target.provider, model: target.model.name, quality, expectedMicroUsd };
}

/** Whether the call's arm answered, and none that stands in for it. */
function isOwn({ choice, attempts }: CallRecord): boolean {
  const last = attempts.at(-1);
  return last !== undefined && choice.order.indexOf(last.candidate) < choice.own;
}

/** Events of calls in the audit trail, which is also where a later start learns what a day has cost. */
export function createCallLedger(
  { connection, group }: SqliteDatabase,
  events: EventStore,
  experiments: Pick<Experiments, "countCall">,
) {
  const costs = connection.prepare(`select tenant, sum(record ->> '$.detail.costMicroUsd') as cost from audit_events
    where tenant in (select id from tenants) and action = 'chat.complete' and id >= ? group by tenant`);
  return {
    /** With the call's event goes what its experiment counts: both or nothing. */
    record: async (record: CallRecord, origin: EventOrigin): Promise<void> => {
      const { assignment, outcome, latencyMs, cost } = record;
      const event = chatEvent(record, origin);
      await group.run(() => {
        events.record(event);
        if (assignment === undefined) return;
        const counted = outcome === "succeeded" && !isOwn(record) ? "failed" : outcome;
        experiments.countCall(assignment, { outcome: counted, latencyMs, costMicroUsd: cost.costMicroUsd });
      });
    },
    /** What each tenant's calls have cost since then. */
    costsSince: (ms: number): { tenant: TenantId; costMicroUsd: number }[] =>
      costs.all(firstEventIdAt(ms)).map((row) => ({ tenant: row.tenant as TenantId, costMicroUsd: Number(row.cost) })),
  };
}
