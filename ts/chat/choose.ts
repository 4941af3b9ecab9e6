import { AppError } from "../core/errors.ts";
import { AUTO_MODEL, type ChatRequest } from "../models/chat.ts";
import type { RoutingPolicy, TenantPolicy } from "../models/policy.ts";
import { predict, type TaskPrediction } from "../routing/models/model-router.ts";
import type { SavedRouter } from "../routing/models/router-snapshot.ts";
import type { OnlineChoice } from "../routing/online/online-learner.ts";
import { type Refusal, refusalsOf } from "./eligibility.ts";
import type { ChatTarget } from "./target.ts";
import { costMicroUsd, inputTokens, textOf, wantedTokens } from "./tokens.ts";

/** A target that was looked at. */
export interface ChatCandidate {
  readonly target: ChatTarget;
  readonly refusals: readonly Refusal[];
  /** What the router expects its answer to be worth, 0 to 1; null where it knows nothing of the model. */
  readonly quality: number | null;
  /** What it is ranked by, 0 to 1; null without a quality: such are ranked by their cost, behind the others. */
  readonly value: number | null;
  /** With an answer of common length: what candidates are compared by. */
  readonly expectedMicroUsd: number;
  /** With the longest answer: what is reserved. */
  readonly mostMicroUsd: number;
}

export interface ChatChoice {
  /** Those that may be asked, the best first. */
  readonly order: readonly ChatCandidate[];
  /** How many of them, from the first on, the call's arm of an experiment chose; the others stand in for it. */
  readonly own: number;
  /** Of the input, counted from the text. */
  readonly inputTokens: number;
  /** Of the router that ranked them; null where price alone did. */
  readonly routerHash: string | null;
  /** What that router made of the prompt. */
  readonly prediction: TaskPrediction | null;
  /** What the online learner made of that; null where it does not decide. */
  readonly learned: OnlineChoice | null;
}

export interface ChoiceQuestion {
  readonly request: ChatRequest;
  readonly targets: readonly ChatTarget[];
  readonly policy: TenantPolicy;
  readonly router: SavedRouter | undefined;
  unsupported(target: ChatTarget): string | undefined;
}

/** An answer of common length, tokens. */
const COMMON_OUTPUT = 400;
/** The router looks at the beginning of a prompt: features of more cost time, and hardly move. */
const PROMPT_UNITS = 32_768;

/**
 * Which targets a call may go to, and in which order. Pure: the same question has the same answer.
 *
 * A model by its name: its providers, the cheapest first. `ketflow/auto`: by (1 − λ) · quality + λ · r / (r + cost), with the
 * router's quality, λ and r of the policy (`costQualityLambda`, `references.costMicroUsd`); models that the router does not know
 * come after those that it does, and without a router the cheapest comes first.
 *
 * @throws {AppError} `not-found` for a name that nobody has, `forbidden` where the policy, `no-backend` where the request leaves none
 */
export function chooseTargets({ request, targets, policy, router, unsupported }: ChoiceQuestion): ChatChoice {
  const isAuto = request.model === AUTO_MODEL;
  const named = isAuto ? targets : targets.filter(({ model }) => model.name === request.model);
  if (named.length === 0) throw isAuto ? noModels() : unknownModel(request.model);
  const input = inputTokens(request);
  const ranking = isAuto ? router : undefined;
  const prediction = ranking === undefined ? null : predict(ranking.router, promptOf(request), request.ketflow?.task);
  const quality = new Map(ranking?.router.models.map((name, k) => [name, prediction?.quality[k] ?? 0]));
  const candidates = named.map((target): ChatCandidate => {
    const { model } = target;
    const longest = wantedTokens(request) ?? model.maxOutputTokens;
    const mostMicroUsd = costMicroUsd(model, { input, output: longest });
    const expectedMicroUsd = costMicroUsd(model, { input, output: Math.min(longest, COMMON_OUTPUT) });
    const expected = quality.get(model.name) ?? null;
    return {
      target,
      refusals: refusalsOf({
        target,
        request,
        policy,
        inputTokens: input,
        mostMicroUsd,
        unsupported: unsupported(target),
      }),
      ...{
        quality: expected,
        value: expected === null ? null : valueFor(policy.routing, expected, expectedMicroUsd),
        expectedMicroUsd,
      },
      mostMicroUsd,
    };
  });
  const order = candidates.filter(({ refusals }) => refusals.length === 0).sort(byValue);
  if (order.length === 0) throw noneLeft(candidates);
  const routerHash = ranking?.contentHash ?? null;
  return { order, own: order.length, inputTokens: input, routerHash, prediction, learned: null };
}

/** What the router reads: the last thing that the user said. */
function promptOf({ messages }: ChatRequest): string {
  const last = messages.findLast(({ role }) => role === "user");
  return last === undefined ? "" : textOf(last).slice(0, PROMPT_UNITS);
}

/** (1 − λ) · quality + λ · r / (r + cost) */
export function valueFor(
  { costQualityLambda, references }: RoutingPolicy,
  quality: number,
  expectedMicroUsd: number,
): number {
  const reference = references.costMicroUsd;
  return (1 - costQualityLambda) * quality + (costQualityLambda * reference) / (reference + expectedMicroUsd);
}

function byValue(a: ChatCandidate, b: ChatCandidate): number {
  const [ours, theirs] = [a.value ?? Number.NEGATIVE_INFINITY, b.value ?? Number.NEGATIVE_INFINITY];
  if (ours !== theirs) return ours > theirs ? -1 : 1;
  return a.expectedMicroUsd - b.expectedMicroUsd || (nameOf(a) < nameOf(b) ? -1 : 1);
}

function nameOf({ target }: ChatCandidate): string {
  return `${target.model.name}\n${target.provider}`;
}

function noModels(): AppError {
  return new AppError("not-found", "this tenant has no models; PUT /v1/model-providers/{name} adds some");
}

export function unknownModel(name: string): AppError {
  return new AppError("not-found", `there is no model '${name.slice(0, 256)}'; GET /v1/models lists what there is`);
}

/** Where one model is only held back by the policy, that is what can be changed. */
function noneLeft(candidates: readonly ChatCandidate[]): AppError {
  const byPolicy = candidates.filter(({ refusals }) => refusals.every(({ by }) => by === "policy"));
  const told = (byPolicy.length > 0 ? byPolicy : candidates).slice(0, 8).map(({ target, refusals }) => {
    return `${target.model.name} at ${target.provider} ${refusals.map(({ reason }) => reason).join("; ")}`;
  });
  const rest = candidates.length > told.length ? ` (and ${candidates.length - told.length} more)` : "";
  return new AppError(
    byPolicy.length > 0 ? "forbidden" : "no-backend",
    `no model may take this call: ${told.join(". ")}${rest}`,
  );
}
