import { type DataClass, sensitivity } from "../models/job.ts";
import type { ApprovalRule } from "../models/policy.ts";

/** What the rules of approval look at. */
export interface ApprovalFacts {
  /** Id of the back end. */
  readonly backend: string;
  readonly external: boolean;
  readonly costMicroUsd: number;
  readonly dataClass: DataClass;
}

/** How many people have to agree: what the first rule says whose conditions all hold, 0 where none does. */
export function approversOf(rules: readonly ApprovalRule[], facts: ApprovalFacts): number {
  const meets = ({ when }: ApprovalRule): boolean =>
    facts.costMicroUsd >= (when.minCostMicroUsd ?? 0) &&
    (when.external === undefined || when.external === facts.external) &&
    (when.backends === undefined || when.backends.includes(facts.backend)) &&
    (when.dataClass === undefined || sensitivity(facts.dataClass) >= sensitivity(when.dataClass));
  return rules.find(meets)?.approvers ?? 0;
}
