import * as z from "zod";
import type { TenantId } from "../../core/ids.ts";
import type { Keys } from "../../identity/keys.ts";
import { CreateKey, KeyView, NewKeyView, RotateKey } from "../../models/access.ts";
import { CreateTenant, TenantView, UpdateTenant, UsageView } from "../../models/tenant.ts";
import type { QuotaBook } from "../../tenancy/quota.ts";
import { type Tenants, viewTenant } from "../../tenancy/tenants.ts";
import { type Call, json, type Operation, operation } from "../operation.ts";
import { problems } from "../responses.ts";

export interface AccessRouteServices {
  readonly tenants: Tenants;
  readonly keys: Keys;
  readonly quota: QuotaBook;
}

const KeyList = z.strictObject({ keys: z.array(KeyView) });

/** Tenants, their keys and what they use. */
export function accessRoutes({ tenants, keys, quota }: AccessRouteServices): Operation[] {
  return [
    operation({
      ...{ method: "get", path: "/v1/tenants", id: "listTenants", tag: "tenants", scope: "tenants:read" },
      summary: "List the tenants",
      responses: { 200: { description: "All of them", schema: z.strictObject({ tenants: z.array(TenantView) }) } },
      handle: () => json({ tenants: tenants.list().map(viewTenant) }),
    }),
    operation({
      ...{
        method: "post",
        path: "/v1/tenants",
        id: "createTenant",
        tag: "tenants",
        scope: "tenants:write",
        audit: "tenant.create",
      },
      summary: "Create a tenant",
      body: CreateTenant,
      example: { id: "acme", name: "Acme", quotas: { jobsInFlight: 1000 } },
      responses: { 201: { description: "The tenant", schema: TenantView }, ...problems("invalid-input", "conflict") },
      handle: async ({ body, origin }) => {
        const tenant = await tenants.create(body, origin);
        return json(viewTenant(tenant), 201, { location: `/v1/tenants/${tenant.id}` });
      },
    }),
    operation({
      ...{ method: "get", path: "/v1/tenants/{tenant}", id: "getTenant", tag: "tenants", scope: "tenants:read" },
      summary: "Read a tenant",
      responses: { 200: { description: "The tenant", schema: TenantView }, ...problems("not-found") },
      handle: ({ params }) => json(viewTenant(tenants.get(params.tenant ?? ""))),
    }),
    operation({
      ...{
        method: "patch",
        path: "/v1/tenants/{tenant}",
        id: "updateTenant",
        tag: "tenants",
        scope: "tenants:write",
        audit: "tenant.update",
      },
      summary: "Change a tenant's name, quotas or state",
      description: "A suspended tenant's keys are refused; its jobs go on.",
      body: UpdateTenant,
      example: { quotas: { jobsPerMinute: 600 } },
      responses: {
        200: { description: "The tenant", schema: TenantView },
        ...problems("invalid-input", "not-found", "conflict"),
      },
      handle: async ({ params, body, origin }) =>
        json(viewTenant(await tenants.update(params.tenant ?? "", body, origin))),
    }),
    operation({
      ...{
        method: "delete",
        path: "/v1/tenants/{tenant}",
        id: "deleteTenant",
        tag: "tenants",
        scope: "tenants:write",
        audit: "tenant.delete",
      },
      summary: "Delete a tenant",
      description: "Its keys are refused from now on, and its id is never given again. The log keeps what it holds.",
      responses: { 204: { description: "It is gone" }, ...problems("not-found", "conflict") },
      handle: async ({ params, origin }) => {
        await tenants.remove(params.tenant ?? "", origin);
        return new Response(null, { status: 204 });
      },
    }),
    operation({
      ...{ method: "get", path: "/v1/usage", id: "getUsage", tag: "tenants", scope: "jobs:read" },
      summary: "What this tenant uses of its quotas",
      responses: { 200: { description: "Quotas and use", schema: UsageView } },
      handle: ({ principal }) => json(quota.view(principal.tenant)),
    }),
    // A tenant's own keys, and those of any tenant for the administrator.
    ...keyRoutes(keys, {
      path: "/v1/keys",
      suffix: "Key",
      scope: "keys",
      tenantOf: ({ principal }) => principal.tenant,
    }),
    ...keyRoutes(keys, {
      path: "/v1/tenants/{tenant}/keys",
      suffix: "TenantKey",
      scope: "tenants",
      tenantOf: ({ params }) => tenants.get(params.tenant ?? "").id,
    }),
  ];
}

interface KeyPlace {
  readonly path: string;
  /** Of the operation ids. */
  readonly suffix: string;
  readonly scope: "keys" | "tenants";
  /** @throws {AppError} `not-found` */
  tenantOf(call: Call<unknown, unknown>): TenantId;
}

function keyRoutes(keys: Keys, { path, suffix, scope, tenantOf }: KeyPlace): Operation[] {
  return [
    operation({
      ...{ method: "get", path, id: `list${suffix}s`, tag: "keys", scope: `${scope}:read` },
      summary: "List API keys, without their secrets",
      responses: { 200: { description: "All of them", schema: KeyList }, ...problems("not-found") },
      handle: (call) => json({ keys: keys.list(tenantOf(call)) }),
    }),
    operation({
      ...{ method: "post", path, id: `create${suffix}`, tag: "keys", scope: `${scope}:write`, audit: "key.create" },
      summary: "Create an API key",
      description:
        "The answer holds the secret, this one time. A key can be given no more than the key that makes it holds.",
      body: CreateKey,
      example: { name: "ci", role: "member", owner: "ada@example.com" },
      responses: {
        201: { description: "The key with its secret", schema: NewKeyView },
        ...problems("invalid-input", "forbidden", "not-found", "conflict"),
      },
      handle: async (call) => {
        const key = await keys.create(tenantOf(call), call.body, call.principal, call.origin);
        return json(key, 201);
      },
    }),
    operation({
      ...{
        method: "post",
        path: `${path}/{id}:rotate`,
        id: `rotate${suffix}`,
        tag: "keys",
        scope: `${scope}:write`,
        audit: "key.rotate",
      },
      summary: "Replace an API key",
      description:
        "A new key with the same rights; the old one works on for `overlapMs`, an hour at least where it rotates itself.",
      body: RotateKey,
      example: { overlapMs: 3_600_000 },
      responses: {
        201: { description: "The new key with its secret", schema: NewKeyView },
        ...problems("invalid-input", "forbidden", "not-found", "conflict"),
      },
      handle: async (call) => {
        const { params, body, principal, origin } = call;
        return json(await keys.rotate(tenantOf(call), params.id ?? "", body, principal, origin), 201);
      },
    }),
    operation({
      ...{
        method: "delete",
        path: `${path}/{id}`,
        id: `revoke${suffix}`,
        tag: "keys",
        scope: `${scope}:write`,
        audit: "key.revoke",
      },
      summary: "Revoke an API key at once",
      description: "A key cannot revoke itself.",
      responses: {
        204: { description: "It is refused from now on" },
        ...problems("forbidden", "not-found", "conflict"),
      },
      handle: async (call) => {
        await keys.revoke(tenantOf(call), call.params.id ?? "", call.principal, call.origin);
        return new Response(null, { status: 204 });
      },
    }),
  ];
}
