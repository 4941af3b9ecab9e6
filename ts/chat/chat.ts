import type { EventOrigin } from "../audit/new-event.ts";
import type { Clock } from "../core/clock.ts";
import { AppError } from "../core/errors.ts";
import { type EventId, newEventId, type TenantId } from "../core/ids.ts";
import { freshBytes } from "../core/random.ts";
import type { Experiments } from "../experiments/experiments.ts";
import type { ChatChunk, ChatCompletion, ChatRequest, ChatRoute, ChatUsage } from "../models/chat.ts";
import type { ProviderKind } from "../models/model-provider.ts";
import type { Policies } from "../tenancy/policies.ts";
import type { QuotaBook } from "../tenancy/quota.ts";
import { chooseForArm } from "./arm-choice.ts";
import { type Attempt, type AttemptServices, firstAnswer } from "./attempts.ts";
import { type CallRecord, type ChatOutcome, commitRequest } from "./call-record.ts";
import { type ChatCandidate, chooseTargets } from "./choose.ts";
import type { ModelProviders } from "./providers.ts";
import type { ModelRouters } from "./routers.ts";
import type { ChatAdapter, ChatTarget } from "./target.ts";
import { costMicroUsd, type TokenCount, textTokens } from "./tokens.ts";

export interface ChatServices extends AttemptServices {
  readonly clock: Clock;
  readonly providers: ModelProviders;
  readonly routers: ModelRouters;
  readonly policies: Pick<Policies, "view">;
  readonly quota: Pick<QuotaBook, "spend">;
  readonly adapters: Readonly<Record<ProviderKind, ChatAdapter>>;
  readonly experiments: Pick<Experiments, "assign" | "look">;
  /** In the log when this has come back. */
  record(record: CallRecord, origin: EventOrigin): Promise<void>;
  /** Counts it, for metrics. */
  onCall(outcome: ChatOutcome, seconds: number): void;
  /** Of what no caller waits for. */
  reportError(error: unknown): void;
}

interface ChatCaller {
  readonly tenant: TenantId;
  readonly origin: EventOrigin;
  /** Aborts when the caller is gone. */
  readonly signal: AbortSignal;
}

/** How a call ended, by whoever handed its answer on. */
export interface ChatEnd {
  readonly outcome: ChatOutcome;
  readonly usage: ChatUsage | undefined;
  /** Bytes of text that the back end gave, for where it told no usage. */
  readonly textBytes: number;
  readonly answerCommitment: string | null;
}

/** A call that is being answered. */
export interface OpenChat<Answer> {
  readonly decision: EventId;
  readonly target: ChatTarget;
  /** For the commitments; the caller is given it, and nobody else. */
  readonly key: Uint8Array;
  readonly answer: Answer;
  route(end: Pick<ChatEnd, "usage" | "textBytes">): ChatRoute;
  /** Records the call and charges it, once. An answer is whole only when this has come back. */
  settle(end: ChatEnd): Promise<void>;
}

/** Calls of language models: chosen, tried, paid and recorded. */
export interface Chat {
  /** @throws {AppError} as `chooseTargets` and `firstAnswer`; `quota-exceeded` */
  complete(caller: ChatCaller, request: ChatRequest): Promise<OpenChat<ChatCompletion>>;
  /** As `complete`; comes back with the first piece. */
  stream(caller: ChatCaller, request: ChatRequest): Promise<OpenChat<AsyncIterable<ChatChunk>>>;
}

export function createChat(services: ChatServices): Chat {
  const { adapters } = services;
  return {
    complete: (caller, request) =>
      open(services, caller, request, (target) => adapters[target.kind].complete(target, request, caller.signal)),
    stream: (caller, request) =>
      open(services, caller, request, (target) => adapters[target.kind].stream(target, request, caller.signal)),
  };
}

async function open<Answer>(
  services: ChatServices,
  { tenant, origin, signal }: ChatCaller,
  request: ChatRequest,
  ask: (target: ChatTarget) => Promise<Answer>,
): Promise<OpenChat<Answer>> {
  const { clock, providers, routers, policies, quota, adapters, experiments } = services;
  const at = clock();
  const startedAt = performance.now();
  const { policy, hash: policyVersion } = policies.view(tenant);
  const decision = newEventId(at);
  const assignment = experiments.assign(tenant, { request, key: origin.actor.id, decision, at });
  const question = {
    ...{ request, policy, targets: providers.targets(tenant), router: routers.current(tenant) },
    unsupported: ({ kind }: ChatTarget) => adapters[kind].unsupported(request),
  };
  const choice =
    assignment === undefined
      ? chooseTargets(question)
      : chooseForArm(question, assignment.route, (hash) => routers.at(tenant, hash));
  const key = freshBytes(32);
  const attempts: Attempt[] = [];
  const facts = {
    decision,
    tenant,
    at,
    request,
    policyVersion,
    choice,
    assignment,
    attempts,
    requestCommitment: commitRequest(key, request),
  };

  /** Of the target that is being asked. */
  let charge = (_: number): void => undefined;

  async function settle(end: Omit<CallRecord, keyof typeof facts | "latencyMs">): Promise<void> {
    const latencyMs = performance.now() - startedAt;
    if (attempts.length > 0 || signal.aborted) services.onCall(end.outcome, latencyMs / 1000);
    charge(end.cost.costMicroUsd);
    await services.record({ ...facts, ...end, latencyMs }, origin);
    if (assignment !== undefined) void experiments.look(assignment.experiment).catch(services.reportError);
  }

  async function askFor(candidate: ChatCandidate): Promise<Answer> {
    const settleQuota = quota.spend(tenant, candidate.mostMicroUsd);
    try {
      const answer = await ask(candidate.target);
      charge = settleQuota;
      return answer;
    } catch (error) {
      settleQuota(0);
      throw error;
    }
  }

  try {
    const { answer, candidate } = await firstAnswer(choice.order, askFor, services, signal, attempts);
    const counted = (end: Pick<ChatEnd, "usage" | "textBytes">) => count(candidate.target, choice.inputTokens, end);
    return {
      ...{ decision, key, answer, target: candidate.target },
      route: (end) => ({
        decision,
        provider: candidate.target.provider,
        model: candidate.target.model.name,
        ...counted(end).cost,
      }),
      settle: ({ outcome, answerCommitment, ...end }) => settle({ outcome, answerCommitment, ...counted(end) }),
    };
  } catch (error) {
    const outcome = signal.aborted ? "cancelled" : "failed";
    const nothing = { tokens: { input: 0, output: 0 }, cost: { costMicroUsd: 0, costIsEstimated: false } };
    // What was sent somewhere is told, also where nothing came back; and what an experiment assigned, or its dearer arm would lose
    // the calls that a quota refuses.
    if (attempts.length > 0 || signal.aborted || assignment !== undefined)
      await settle({ outcome, answerCommitment: null, ...nothing });
    throw signal.aborted
      ? new AppError("cancelled", "the caller went away before the answer came", { cause: error })
      : error;
  }
}

function count(
  { model }: ChatTarget,
  estimatedInput: number,
  { usage, textBytes }: Pick<ChatEnd, "usage" | "textBytes">,
): Pick<CallRecord, "tokens" | "cost"> {
  const tokens: TokenCount =
    usage === undefined
      ? { input: estimatedInput, output: textTokens(textBytes) }
      : { input: usage.prompt_tokens, output: usage.completion_tokens };
  return { tokens, cost: { costMicroUsd: costMicroUsd(model, tokens), costIsEstimated: usage === undefined } };
}
