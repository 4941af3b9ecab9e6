import { canonicalHash, type Json } from "../core/canonical-json.ts";
import type { EventId, TenantId } from "../core/ids.ts";
import type { ChatRequest } from "../models/chat.ts";
import { moreSensitive } from "../models/job.ts";
import type { TenantPolicy } from "../models/policy.ts";
import type { ChatChoice } from "./choose.ts";
import type { ChatTarget } from "./target.ts";

/** What the headers of a call say. */
export interface ReuseWish {
  /** An earlier answer will do, or will not; undefined where they say nothing. */
  readonly asked?: boolean | undefined;
  /** Only an answer that is asked for now, which later calls may have. */
  readonly isFresh: boolean;
}

/** Where an answer comes from that was not asked for by this call. `joined`: another call was under way. */
export interface Reused {
  readonly how: "kept" | "stale" | "joined";
  /** The call that asked for it. */
  readonly decision: EventId;
  /** Milliseconds since it was kept; undefined while it is under way. */
  readonly ageMs?: number;
}

/** Under which key a call's answer is looked for and kept. */
export interface ReusePlan {
  readonly key: string;
  /** An earlier answer will do. */
  readonly mayRead: boolean;
}

/**
 * Whether a call may be answered by an equal one's answer: the same tenant, policy, router, order of targets and request. Without being
 * asked only where the caller wants the same answer each time: temperature 0, or a seed. Restricted data is never kept.
 *
 * @returns undefined for calls that have nothing to do with others
 */
export function reusePlan(
  request: ChatRequest,
  policy: TenantPolicy,
  wish: ReuseWish,
  facts: { tenant: TenantId; policyVersion: string; choice: ChatChoice; isStream: boolean },
): ReusePlan | undefined {
  const asked = request.ketflow?.reuse ?? wish.asked;
  if (policy.answers.reuse === "never" || asked === false) return undefined;
  const dataClass = moreSensitive(policy.routing.dataClass, request.ketflow?.constraints?.dataClass ?? "public");
  if (dataClass === "restricted") return undefined;
  const isDeterministic = request.temperature === 0 || typeof request.seed === "number";
  if (!asked && !(isDeterministic && policy.answers.reuse === "deterministic")) return undefined;
  return { key: answerKey(request, facts), mayRead: !wish.isFresh };
}

function answerKey(
  { ketflow: _, model: __, stream: ___, stream_options, ...request }: ChatRequest,
  { tenant, policyVersion, choice, isStream }: Parameters<typeof reusePlan>[3],
): string {
  const { include_usage: ____, ...options } = stream_options ?? {};
  const content = {
    format: "ketflow-answer/1",
    ...{ policy: policyVersion, router: choice.routerHash, targets: choice.order.map(({ target }) => nameOf(target)) },
    ...{ isStream, options, request },
  };
  return `${tenant}:${canonicalHash(content as unknown as Json)}`;
}

/** Everything that decides what a target answers. */
function nameOf({ provider, kind, baseUrl, model }: ChatTarget): string[] {
  return [provider, kind, baseUrl, model.name, model.upstream ?? model.name];
}
