import * as z from "zod";
import type { ModelProviders } from "../../chat/providers.ts";
import type { ModelRouters } from "../../chat/routers.ts";
import { ModelProviderView, ModelRouterView, ProviderName, SetModelProvider } from "../../models/model-provider.ts";
import { RouterSnapshot } from "../../routing/models/router-snapshot.ts";
import { json, type Operation, operation } from "../operation.ts";
import { problems } from "../responses.ts";

export interface ModelProviderRouteServices {
  readonly providers: ModelProviders;
  readonly routers: ModelRouters;
}

const EXAMPLE = {
  kind: "openai-compatible",
  baseUrl: "https://api.example.com/v1",
  apiKey: "sk-example-of-a-key",
  models: [
    {
      name: "small",
      upstream: "example-small-2",
      ...{ contextTokens: 128_000, maxOutputTokens: 16_000, tools: true },
      price: { inputMicroUsd: 150_000, outputMicroUsd: 600_000 },
    },
  ],
};

/** Shortened: its weights are as many as there are features, and its hash is another. */
const ROUTER_EXAMPLE = {
  ...{ format: "ketflow-model-router/1", models: ["small", "large"], tasks: ["maths"], costUnit: "given" },
  ...{ blend: [0.5, 0.5], bias: [0, 0, 0], taskQuality: [0.6, 0.9], taskCost: [1, 10], costLine: [0, 1, 0, 10] },
  ...{ weights: "AACAPwAAgD8=", contentHash: "sha-256 of the rest" },
};

/** Where a tenant's chat calls go: its providers, and the router that chooses among their models. */
export function modelProviderRoutes({ providers, routers }: ModelProviderRouteServices): Operation[] {
  const read = { tag: "models", scope: "models:read" } as const;
  const write = { tag: "models", scope: "models:write" } as const;
  const onOne = "/v1/model-providers/{name}";
  return [
    operation({
      ...{ method: "get", path: "/v1/model-providers", id: "listModelProviders", ...read },
      summary: "List the providers of language models, without their keys",
      responses: {
        200: { description: "All of them", schema: z.strictObject({ providers: z.array(ModelProviderView) }) },
      },
      handle: ({ principal }) => json({ providers: providers.list(principal.tenant) }),
    }),
    operation({
      ...{ method: "get", path: onOne, id: "getModelProvider", ...read },
      summary: "Read a provider, without its key",
      responses: { 200: { description: "The provider", schema: ModelProviderView }, ...problems("not-found") },
      handle: ({ principal, params }) => json(providers.get(principal.tenant, params.name ?? "")),
    }),
    operation({
      ...{ method: "put", path: onOne, id: "setModelProvider", ...write, audit: "model-provider.set" },
      summary: "Add or replace a provider",
      description:
        "In force for every call after this answer. The key is sealed in the store and never shown; one that is left out stays, while " +
        "`baseUrl` does. Private addresses are refused but for the origins that `serve --model-origin` lists.",
      pathParameters: { name: ProviderName },
      body: SetModelProvider,
      example: EXAMPLE,
      responses: {
        200: { description: "The provider", schema: ModelProviderView },
        ...problems("invalid-input", "forbidden", "not-found", "conflict", "unsupported"),
      },
      handle: async ({ principal, params, body, origin }) =>
        json(await providers.set(principal.tenant, params.name ?? "", body, origin)),
    }),
    operation({
      ...{ method: "delete", path: onOne, id: "deleteModelProvider", ...write, audit: "model-provider.delete" },
      summary: "Remove a provider and its key",
      responses: { 204: { description: "It is gone" }, ...problems("not-found") },
      handle: async ({ principal, params, origin }) => {
        await providers.remove(principal.tenant, params.name ?? "", origin);
        return new Response(null, { status: 204 });
      },
    }),
    operation({
      ...{ method: "get", path: "/v1/model-router", id: "getModelRouter", ...read },
      summary: "Read which router is in force",
      responses: { 200: { description: "The router", schema: ModelRouterView }, ...problems("not-found") },
      handle: ({ principal }) => json(routers.view(principal.tenant)),
    }),
    operation({
      ...{ method: "put", path: "/v1/model-router", id: "setModelRouter", ...write, audit: "model-router.set" },
      summary: "Let a fitted router choose for `ketflow/auto`",
      description:
        "The body is what `ketflow route fit` wrote; its models are found by the names of the tenant's models.",
      body: RouterSnapshot,
      example: ROUTER_EXAMPLE,
      responses: {
        200: { description: "The router", schema: ModelRouterView },
        ...problems("invalid-input", "conflict"),
      },
      handle: async ({ principal, body, origin }) => json(await routers.set(principal.tenant, body, origin)),
    }),
    operation({
      ...{
        method: "delete",
        path: "/v1/model-router",
        id: "deleteModelRouter",
        ...write,
        audit: "model-router.delete",
      },
      summary: "Let price alone choose again",
      description: "The snapshot stays readable, for decisions that it made.",
      responses: { 204: { description: "It is out of force" }, ...problems("not-found") },
      handle: async ({ principal, origin }) => {
        await routers.remove(principal.tenant, origin);
        return new Response(null, { status: 204 });
      },
    }),
    operation({
      ...{ method: "get", path: "/v1/model-routers/{hash}", id: "getModelRouterSnapshot", ...read },
      summary: "Read a router that was in force at some time, to make its decisions again",
      responses: { 200: { description: "The snapshot", schema: RouterSnapshot }, ...problems("not-found") },
      handle: ({ principal, params }) => ({
        status: 200,
        headers: { "content-type": "application/json", "cache-control": "no-store" },
        body: routers.snapshot(principal.tenant, params.hash ?? ""),
      }),
    }),
  ];
}
