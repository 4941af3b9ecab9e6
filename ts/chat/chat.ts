import type { EventOrigin } from "../audit/new-event.ts";
import { SingleFlight } from "../cache/single-flight.ts";
import type { Clock } from "../core/clock.ts";
import { AppError } from "../core/errors.ts";
import { type EventId, newEventId, type TenantId } from "../core/ids.ts";
import { freshBytes } from "../core/random.ts";
import type { Experiments } from "../experiments/experiments.ts";
import type { ChatChunk, ChatCompletion, ChatRequest, ChatRoute, ChatUsage } from "../models/chat.ts";
import type { Policies } from "../tenancy/policies.ts";
import { type AnswerForm, COMPLETION, STREAM } from "./answer-form.ts";
import { chooseForArm } from "./arm-choice.ts";
import { type CallRecord, type ChatOutcome, commitRequest } from "./call-record.ts";
import { type ChatChoice, type ChoiceQuestion, chooseTargets } from "./choose.ts";
import { type Flight, type FlightServices, type Landed, startFlight } from "./flight.ts";
import { learnedChoice } from "./learned-choice.ts";
import type { Learners } from "./learners.ts";
import type { ModelProviders } from "./providers.ts";
import { createRefresher, type Refresher } from "./refresher.ts";
import { type Reused, type ReuseWish, reusePlan } from "./reuse.ts";
import type { ModelRouters } from "./routers.ts";
import type { ChatTarget } from "./target.ts";
import { costMicroUsd, type TokenCount, textTokens } from "./tokens.ts";

export interface ChatServices extends FlightServices {
  readonly clock: Clock;
  readonly providers: ModelProviders;
  readonly routers: ModelRouters;
  readonly policies: Pick<Policies, "view">;
  readonly learners: Pick<Learners, "of">;
  readonly experiments: Pick<Experiments, "assign" | "look">;
  /** In the log when this has come back. */
  record(record: CallRecord, origin: EventOrigin): Promise<void>;
  /** Counts a call that was sent to a provider, for metrics. */
  onCall(outcome: ChatOutcome, seconds: number): void;
  /** Counts a call that was answered by another one's answer. */
  onReused(how: Reused["how"]): void;
  /** What nobody waits for failed. */
  reportError(error: unknown): void;
}

interface ChatCaller {
  readonly tenant: TenantId;
  readonly origin: EventOrigin;
  /** Aborts when the caller is gone. */
  readonly signal: AbortSignal;
  readonly wish: ReuseWish;
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
  /** Undefined where the answer was asked for by this call. */
  readonly reused: Reused | undefined;
  /** It was looked for among earlier ones, or may be given to later ones. */
  readonly mayBeReused: boolean;
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
  /** Gives up what nobody waits for. */
  close(): Promise<void>;
}

export function createChat(services: ChatServices): Chat {
  const refresher = createRefresher(services.reportError);
  const completions = { form: COMPLETION, flights: new SingleFlight<Flight<ChatCompletion>>(), refresher };
  const streams = { form: STREAM, flights: new SingleFlight<Flight<AsyncIterable<ChatChunk>>>(), refresher };
  return {
    complete: (caller, request) => open(services, completions, caller, request),
    stream: (caller, request) => open(services, streams, caller, request),
    close: () => refresher.close(),
  };
}

interface Door<Answer> {
  readonly form: AnswerForm<Answer>;
  readonly flights: SingleFlight<Flight<Answer>>;
  readonly refresher: Refresher;
}

async function open<Answer>(
  services: ChatServices,
  door: Door<Answer>,
  caller: ChatCaller,
  request: ChatRequest,
): Promise<OpenChat<Answer>> {
  const { clock, providers, routers, policies, adapters, experiments } = services;
  const { form, flights } = door;
  const { tenant, origin, signal, wish } = caller;
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
      ? chosen(services, tenant, question, decision)
      : chooseForArm(question, assignment.route, (hash) => routers.at(tenant, hash));
  const key = freshBytes(32);
  const facts = {
    decision,
    tenant,
    at,
    request,
    policyVersion,
    choice,
    assignment,
    requestCommitment: commitRequest(key, request),
  };
  // An arm is measured by answers of its own.
  const plan =
    assignment === undefined
      ? reusePlan(request, policy, wish, { tenant, policyVersion, choice, isStream: form.isStream })
      : undefined;

  const boarded = flights.board(plan?.mayRead ? plan.key : undefined, signal, (flightSignal) =>
    startFlight(services, form, { tenant, request, choice, decision, plan, lifetime: policy.answers }, flightSignal),
  );
  const { work: flight, isFirst } = boarded;
  const joined: Reused | undefined = isFirst ? undefined : { how: "joined", decision: flight.decision };

  /** What the caller pays with; null: nothing, because another one does. */
  let claimed: ((costMicroUsd: number) => void) | null | undefined;
  const claim = (outcome: ChatOutcome): boolean => {
    claimed ??= flight.bill.claim(isFirst, outcome, boarded.aboard() - (signal.aborted ? 0 : 1)) ?? null;
    return claimed !== null;
  };

  async function settle(landed: Landed<Answer> | undefined, end: ChatEnd): Promise<void> {
    const pays = claim(end.outcome);
    boarded.leave();
    const { tokens, cost } = landed !== undefined && pays ? count(landed, choice.inputTokens, end) : FREE;
    claimed?.(cost.costMicroUsd);
    const reused = landed?.reused ?? joined;
    const latencyMs = performance.now() - startedAt;
    if (reused === undefined || pays) services.onCall(end.outcome, latencyMs / 1000);
    if (reused !== undefined) services.onReused(reused.how);
    const { outcome, answerCommitment } = end;
    const answeredBy = landed?.candidate ?? flight.attempts.at(-1)?.candidate;
    const told = { outcome, answerCommitment, tokens, cost, latencyMs };
    await services.record({ ...facts, attempts: flight.attempts, answeredBy, reused, ...told }, origin);
    // Whoever has had the whole answer finds it kept.
    if (plan !== undefined && outcome === "succeeded") await flight.kept;
    if (assignment !== undefined) void experiments.look(assignment.experiment).catch(services.reportError);
  }

  try {
    const landed = await orAborted(flight.landed, signal);
    const reused = landed.reused ?? joined;
    if (isFirst && reused?.how === "stale" && plan !== undefined) {
      door.refresher.refresh(plan.key, async (refreshSignal) => {
        const again = await open(
          services,
          door,
          { ...caller, signal: refreshSignal, wish: { ...wish, isFresh: true } },
          request,
        );
        const end = await form.drain(again.answer);
        await again.settle({ ...end, outcome: "succeeded", answerCommitment: null });
      });
    }
    const { target } = landed.candidate;
    return {
      ...{ decision, key, reused, mayBeReused: plan !== undefined, target },
      answer: landed.shared.view(signal),
      route: (end) => ({
        ...{ decision, provider: target.provider, model: target.model.name },
        ...(claim("succeeded") ? count(landed, choice.inputTokens, end) : FREE).cost,
        ...(reused && { reused: { how: reused.how, decision: reused.decision } }),
      }),
      settle: (end) => settle(landed, end),
    };
  } catch (error) {
    const outcome = signal.aborted ? "cancelled" : "failed";
    // An answer that came while its last reader went away costs what it costs.
    const late = signal.aborted && boarded.aboard() === 0 ? await flight.landed.catch(() => undefined) : undefined;
    // What was sent somewhere is told, also where nothing came back; and what an experiment assigned, or its dearer arm would lose
    // the calls that a quota refuses.
    if (flight.attempts.length > 0 || signal.aborted || assignment !== undefined) {
      await settle(late, { outcome, usage: undefined, textBytes: 0, answerCommitment: null });
    }
    throw signal.aborted
      ? new AppError("cancelled", "the caller went away before the answer came", { cause: error })
      : error;
  }
}

/** By the fitted router, and by what was learned since, where the tenant wants that. */
function chosen({ learners }: ChatServices, tenant: TenantId, question: ChoiceQuestion, decision: EventId): ChatChoice {
  const choice = chooseTargets(question);
  const { router, policy } = question;
  if (!policy.learning.online || router === undefined || choice.prediction === null) return choice;
  const learner = learners.of(tenant, router, policy.learning.exploration);
  return learnedChoice(choice, { learner, models: router.router.models }, policy.routing, decision);
}

const FREE = { tokens: { input: 0, output: 0 }, cost: { costMicroUsd: 0, costIsEstimated: false } };

function count(
  { candidate: { target } }: Landed<unknown>,
  estimatedInput: number,
  { usage, textBytes }: Pick<ChatEnd, "usage" | "textBytes">,
): typeof FREE {
  const tokens: TokenCount =
    usage === undefined
      ? { input: estimatedInput, output: textTokens(textBytes) }
      : { input: usage.prompt_tokens, output: usage.completion_tokens };
  return { tokens, cost: { costMicroUsd: costMicroUsd(target.model, tokens), costIsEstimated: usage === undefined } };
}

async function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  let stop = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
