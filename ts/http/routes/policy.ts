import * as z from "zod";
import type { PolicyPreview } from "../../jobs/policy-preview.ts";
import { PolicyView, TenantPolicy } from "../../models/policy.ts";
import { MAX_PREVIEW_JOBS, PolicyPreviewView } from "../../models/policy-preview.ts";
import type { Policies } from "../../tenancy/policies.ts";
import { json, type Operation, operation } from "../operation.ts";
import { problems } from "../responses.ts";

export interface PolicyRouteServices {
  readonly policies: Policies;
  readonly preview: PolicyPreview;
}

/** A tenant's policy: read, replaced, tried out. */
export function policyRoutes({ policies, preview }: PolicyRouteServices): Operation[] {
  return [
    operation({
      ...{ method: "get", path: "/v1/policy", id: "getPolicy", tag: "policy", scope: "policy:read" },
      summary: "Read the policy in force",
      responses: { 200: { description: "The policy", schema: PolicyView } },
      handle: ({ principal }) => json(policies.view(principal.tenant)),
    }),
    operation({
      ...{
        method: "put",
        path: "/v1/policy",
        id: "setPolicy",
        tag: "policy",
        scope: "policy:write",
        audit: "policy.set",
      },
      summary: "Replace the policy",
      description:
        "In force for every decision after this answer. A faulty document is refused with the path of the fault; the old one stays.",
      body: TenantPolicy,
      example: { routing: { allowPriced: true, maxCostMicroUsd: 50_000 }, approvals: [{ approvers: 1 }] },
      responses: {
        200: { description: "The new version", schema: PolicyView },
        ...problems("invalid-input", "conflict"),
      },
      handle: async ({ principal, body, origin }) => json(await policies.set(principal.tenant, body, origin)),
    }),
    operation({
      ...{ method: "get", path: "/v1/policy/versions", id: "listPolicyVersions", tag: "policy", scope: "policy:read" },
      summary: "List earlier policies, newest first",
      responses: {
        200: { description: "Up to 100 versions", schema: z.strictObject({ versions: z.array(PolicyView) }) },
      },
      handle: ({ principal }) => json({ versions: policies.versions(principal.tenant, 100) }),
    }),
    operation({
      ...{ method: "post", path: "/v1/policy:dry-run", id: "previewPolicy", tag: "policy", scope: "policy:read" },
      summary: "Show what a policy would have changed",
      description: "Decides the tenant's latest jobs again under the given policy, and stores nothing.",
      body: z.strictObject({ policy: TenantPolicy, jobs: z.int().min(1).max(MAX_PREVIEW_JOBS).default(20) }),
      example: { policy: { dryRun: "always" }, jobs: 20 },
      responses: { 200: { description: "Job by job", schema: PolicyPreviewView }, ...problems("invalid-input") },
      handle: async ({ principal, body, signal }) =>
        json(await preview(principal.tenant, body.policy, body.jobs, signal)),
    }),
  ];
}
