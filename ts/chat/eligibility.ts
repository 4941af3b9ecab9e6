import type { ChatRequest } from "../models/chat.ts";
import { moreSensitive, sensitivity } from "../models/job.ts";
import type { TenantPolicy } from "../models/policy.ts";
import { approversOf } from "../routing/approvals.ts";
import type { ChatTarget } from "./target.ts";
import { hasImages, wantedTokens } from "./tokens.ts";

/** One target before its verdict, with all that a rule may look at. */
export interface ChatCase {
  readonly target: ChatTarget;
  readonly request: ChatRequest;
  readonly policy: TenantPolicy;
  /** Of the input, counted from the text. */
  readonly inputTokens: number;
  /** What the call costs if the answer is as long as it may be. */
  readonly mostMicroUsd: number;
  /** The first member of the request that the target's protocol cannot say. */
  readonly unsupported: string | undefined;
}

/** Why a target cannot take a call. `policy`: the tenant may change that; `request`: the caller may. */
export interface Refusal {
  readonly by: "policy" | "request";
  /** With the value and the limit, and what to do; quotes no text of the request. */
  readonly reason: string;
}

/** Every broken rule; empty when the target can take the call. */
export function refusalsOf(item: ChatCase): Refusal[] {
  return [
    ...REQUEST_RULES.flatMap((rule) => reasonOf("request", rule(item))),
    ...POLICY_RULES.flatMap((rule) => reasonOf("policy", rule(item))),
  ];
}

function reasonOf(by: Refusal["by"], reason: string | undefined): Refusal[] {
  return reason === undefined ? [] : [{ by, reason }];
}

type Rule = (item: ChatCase) => string | undefined;

const REQUEST_RULES: readonly Rule[] = [
  ({ unsupported, target }) =>
    unsupported && `its protocol (${target.kind}) has no '${unsupported}'; leave it out, or ask another model`,
  ({ request, target }) => (request.tools?.length && !target.model.tools ? "takes no tools" : undefined),
  ({ request, target }) => (hasImages(request) && !target.model.vision ? "takes no images" : undefined),
  ({ request, target }) =>
    (request.response_format ?? { type: "text" }).type !== "text" && !target.model.json
      ? "takes no response_format of JSON"
      : undefined,
  ({ request, target: { model } }) => {
    const wanted = wantedTokens(request);
    return wanted !== undefined && wanted > model.maxOutputTokens
      ? `gives at most ${model.maxOutputTokens} tokens, ${wanted} are wanted`
      : undefined;
  },
  ({ inputTokens, target: { model } }) =>
    inputTokens > model.contextTokens
      ? `takes ${model.contextTokens} tokens, the request has about ${inputTokens}`
      : undefined,
  ({ mostMicroUsd, request }) => {
    const limit = request.ketflow?.constraints?.maxCostMicroUsd;
    return limit !== undefined && mostMicroUsd > limit
      ? `may cost ${mostMicroUsd} µUSD, the call's limit is ${limit} µUSD; a smaller max_tokens lowers the first`
      : undefined;
  },
  ({ target, request }) => {
    const wanted = request.ketflow?.constraints?.regions;
    return wanted && target.region !== "local" && !wanted.includes(target.region)
      ? `is in region ${target.region}, which is none of the call's constraints.regions`
      : undefined;
  },
  ({ target }) =>
    target.apiKey === undefined
      ? "has an API key that cannot be opened any more; set the provider's apiKey again"
      : undefined,
];

const POLICY_RULES: readonly Rule[] = [
  ({ target, policy: { routing } }) =>
    routing.backends && !routing.backends.includes(target.provider)
      ? `is none of the policy's routing.backends (${routing.backends.join(", ") || "none"}); add ${target.provider} to them`
      : undefined,
  ({ target, policy: { routing } }) =>
    target.isOwn || routing.allowExternal
      ? undefined
      : "leaves this installation, and the policy does not allow that; set routing.allowExternal to true",
  ({ target: { model }, policy: { routing } }) =>
    model.price.inputMicroUsd + model.price.outputMicroUsd === 0 || routing.allowPriced
      ? undefined
      : "costs money, and the policy does not allow that; set routing.allowPriced to true",
  ({ mostMicroUsd, policy: { routing } }) =>
    routing.maxCostMicroUsd !== undefined && mostMicroUsd > routing.maxCostMicroUsd
      ? `may cost ${mostMicroUsd} µUSD, the policy's routing.maxCostMicroUsd is ${routing.maxCostMicroUsd}; a smaller max_tokens lowers the first`
      : undefined,
  (item) => {
    const needed = dataClassOf(item);
    return sensitivity(needed) > sensitivity(item.target.maxDataClass)
      ? `may see ${item.target.maxDataClass} data at most, this is ${needed}`
      : undefined;
  },
  ({ target, policy: { routing } }) =>
    target.region !== "local" && routing.regions && !routing.regions.includes(target.region)
      ? `is in region ${target.region}, the policy's routing.regions are ${routing.regions.join(", ") || "none"}`
      : undefined,
  ({ policy }) =>
    policy.dryRun === "always" ? "would have to be planned first (dryRun: always), and a call cannot wait" : undefined,
  (item) => {
    const { target, mostMicroUsd, policy } = item;
    const facts = { backend: target.provider, external: !target.isOwn, costMicroUsd: mostMicroUsd };
    return approversOf(policy.approvals, { ...facts, dataClass: dataClassOf(item) }) > 0
      ? "needs approvals by a rule of the policy, and a call cannot wait for people; narrow that rule to other back ends"
      : undefined;
  },
];

function dataClassOf({ request, policy: { routing } }: ChatCase): typeof routing.dataClass {
  return moreSensitive(routing.dataClass, request.ketflow?.constraints?.dataClass ?? routing.dataClass);
}
