import type { ContentCache } from "../cache/content-cache.ts";
import type { Started } from "../cache/single-flight.ts";
import { fromUtf8, utf8 } from "../core/bytes.ts";
import type { EventId, TenantId } from "../core/ids.ts";
import type { ChatRequest } from "../models/chat.ts";
import type { ProviderKind } from "../models/model-provider.ts";
import type { TenantPolicy } from "../models/policy.ts";
import type { QuotaBook } from "../tenancy/quota.ts";
import type { AnswerForm, Shared } from "./answer-form.ts";
import { type Attempt, type AttemptServices, firstAnswer } from "./attempts.ts";
import { Bill } from "./bill.ts";
import type { ChatCandidate, ChatChoice } from "./choose.ts";
import type { Reused, ReusePlan } from "./reuse.ts";
import type { ChatAdapter } from "./target.ts";

export interface FlightServices extends AttemptServices {
  readonly adapters: Readonly<Record<ProviderKind, ChatAdapter>>;
  readonly quota: Pick<QuotaBook, "spend">;
  readonly answers: ContentCache;
}

export interface FlightFacts {
  readonly tenant: TenantId;
  readonly request: ChatRequest;
  readonly choice: ChatChoice;
  /** The call that it is begun for. */
  readonly decision: EventId;
  readonly plan: ReusePlan | undefined;
  readonly lifetime: TenantPolicy["answers"];
}

/** An answer that is there. */
export interface Landed<Answer> {
  readonly candidate: ChatCandidate;
  readonly shared: Shared<Answer>;
  /** Undefined where it was asked for. */
  readonly reused: Reused | undefined;
}

/** One answer on its way, for one caller or for several with the same call. */
export interface Flight<Answer> {
  readonly decision: EventId;
  /** Of targets; none where the answer was kept. */
  readonly attempts: readonly Attempt[];
  readonly bill: Bill;
  readonly landed: Promise<Landed<Answer>>;
  /** Never rejects: an answer that cannot be kept is a good answer. */
  readonly kept: Promise<void>;
}

/** What is kept of an answer. */
interface Kept {
  readonly decision: EventId;
  readonly content: unknown;
}

/** Takes the answer that was kept, or else asks the targets in their order; keeps the answer of the first of them. */
export function startFlight<Answer>(
  services: FlightServices,
  form: AnswerForm<Answer>,
  facts: FlightFacts,
  signal: AbortSignal,
): Started<Flight<Answer>> {
  const { decision, plan, choice } = facts;
  const attempts: Attempt[] = [];
  const bill = new Bill();
  const landed = land();
  // Callers hear of failures by `landed`.
  const kept = landed.then(keep).catch(() => undefined);
  let isDone = (): boolean => false;
  return { work: { decision, attempts, bill, landed, kept }, ended: kept, isDone: () => isDone() };

  async function land(): Promise<Landed<Answer>> {
    const found = plan?.mayRead ? await findKept(services, form, facts) : undefined;
    if (found !== undefined) return found;
    const ask = (candidate: ChatCandidate) => askAndReserve(services, form, facts, bill, candidate, signal);
    const { answer, candidate } = await firstAnswer(choice.order, ask, services, signal, attempts).catch((error) => {
      // There is nothing left to give up: aborting would destroy a connection that the agent is taking back.
      isDone = () => true;
      throw error;
    });
    const shared = plan === undefined ? form.alone(answer) : form.share(answer);
    isDone = () => shared.isDone();
    return { candidate, shared, reused: undefined };
  }

  async function keep({ candidate, shared, reused }: Landed<Answer>): Promise<void> {
    const content = await shared.whole;
    // What another than the best gave is given once: the best may be back with the next call.
    if (plan === undefined || reused !== undefined || candidate !== choice.order[0]) return;
    const { keepMs, staleMs } = facts.lifetime;
    const kept: Kept = { decision, content };
    await services.answers.keep(plan.key, utf8(JSON.stringify(kept)), keepMs, staleMs);
  }
}

async function findKept<Answer>(
  { answers, clock }: FlightServices,
  form: AnswerForm<Answer>,
  { plan, choice: { order } }: FlightFacts,
): Promise<Landed<Answer> | undefined> {
  const [candidate] = order;
  const found = plan && (await answers.find(plan.key));
  if (found === undefined || candidate === undefined) return undefined;
  const { decision, content } = JSON.parse(fromUtf8(found.content)) as Kept;
  const shared = { view: () => form.restore(content), whole: Promise.resolve(content), isDone: () => true };
  const reused: Reused = { how: found.isStale ? "stale" : "kept", decision, ageMs: clock() - found.storedAt };
  return { candidate, shared, reused };
}

async function askAndReserve<Answer>(
  { adapters, quota }: FlightServices,
  form: AnswerForm<Answer>,
  { tenant, request }: FlightFacts,
  bill: Bill,
  { target, mostMicroUsd }: ChatCandidate,
  signal: AbortSignal,
): Promise<Answer> {
  const settle = quota.spend(tenant, mostMicroUsd);
  try {
    const answer = await form.ask(adapters[target.kind], target, request, signal);
    bill.owe(settle);
    return answer;
  } catch (error) {
    settle(0);
    throw error;
  }
}
