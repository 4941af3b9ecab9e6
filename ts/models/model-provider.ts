import * as z from "zod";
import { DATA_CLASSES } from "./job.ts";

/** The protocols that a back end of language models may speak. */
const PROVIDER_KINDS = ["openai-compatible", "anthropic"] as const;
export type ProviderKind = (typeof PROVIDER_KINDS)[number];

const Price = z
  .int()
  .min(0)
  .max(1_000_000_000_000)
  .meta({ description: "Micro-USD for a million tokens: 3 USD are 3000000" });

/** What one model can do and costs. */
export const ModelEntry = z.strictObject({
  name: z
    .string()
    .max(128)
    .regex(
      /^(?!ketflow\/)[A-Za-z0-9][\w.:@/-]*$/,
      "must be letters, digits and . _ : @ / -, and not begin with ketflow/",
    )
    .meta({
      description:
        "As callers ask for it; several providers may have a model of one name, which then stand in for each other",
    }),
  upstream: z.string().min(1).max(256).optional().meta({ description: "As the provider knows it; default: the name" }),
  contextTokens: z.int().min(1).max(100_000_000),
  maxOutputTokens: z.int().min(1).max(10_000_000),
  tools: z.boolean().default(false),
  vision: z.boolean().default(false),
  json: z.boolean().default(false).meta({ description: "Takes a response_format of JSON" }),
  price: z.strictObject({ inputMicroUsd: Price, outputMicroUsd: Price }),
});
export type ModelEntry = z.infer<typeof ModelEntry>;

export const ProviderName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,63}$/, "must be 1 to 64 small letters, digits or hyphens");

/** Scheme, host name or address, port and path; whether there may be such a host is for `checkBaseUrl`. */
const BASE_URL =
  /^https?:\/\/(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?)(?::[0-9]{1,5})?(?:\/[\w.~!$&'()*+,;=:@%/-]*)?$/;

/** The body of `PUT /v1/model-providers/{name}`. */
export const SetModelProvider = z.strictObject({
  kind: z.enum(PROVIDER_KINDS),
  baseUrl: z
    .string()
    .max(1024)
    .regex(BASE_URL, "must be a URL such as https://api.example.com/v1, without user, query or fragment")
    .meta({
      description: "Up to and with the version, such as https://api.example.com/v1; https, and no private address",
    }),
  apiKey: z
    .string()
    .min(1)
    .max(4096)
    .regex(/^[\x21-\x7e]+$/, "must be printable ASCII without spaces")
    .nullish()
    .meta({ description: "Never shown again. Left out: the earlier one stays, while baseUrl does; null: none" }),
  region: z.string().min(1).max(64).default("external").meta({ description: "Where it is, for the policy's regions" }),
  maxDataClass: z
    .enum(DATA_CLASSES)
    .default("internal")
    .meta({ description: "The most sensitive class of data that it may see" }),
  timeoutMs: z
    .int()
    .min(100)
    .max(600_000)
    .default(60_000)
    .meta({ description: "The most that it may be silent: before its answer begins, and between the pieces of one" }),
  retries: z
    .int()
    .min(0)
    .max(5)
    .default(2)
    .meta({ description: "After a failure, when no other model is left to ask" }),
  models: z.array(ModelEntry).min(1).max(64).meta({ description: "Each with a name of its own" }),
});
export type SetModelProvider = z.infer<typeof SetModelProvider>;

/** A provider as the API shows it: everything but its key. */
export const ModelProviderView = SetModelProvider.omit({ apiKey: true }).extend({
  name: ProviderName,
  hasApiKey: z.boolean(),
  external: z.boolean().meta({ description: "What it is asked leaves this installation" }),
  setAt: z.string(),
  setBy: z.string(),
});
export type ModelProviderView = z.infer<typeof ModelProviderView>;

/** The router of a tenant, without its weights. */
export const ModelRouterView = z.strictObject({
  contentHash: z.string(),
  models: z.array(z.string()),
  tasks: z.array(z.string()),
  setAt: z.string(),
  setBy: z.string(),
});
export type ModelRouterView = z.infer<typeof ModelRouterView>;
