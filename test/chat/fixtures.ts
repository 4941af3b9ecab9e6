import OpenAI from "openai";
import { onTestFinished } from "vitest";
import type { ServiceOptions } from "../../ts/service/http-service.ts";
import { ADMIN_KEY, bodyOf, openTestService, type TestService } from "../http/service.ts";
import { type MockUpstream, mockUpstream } from "./mock-upstream.ts";

/** A service with a mock of a model provider behind it. */
export interface ChatWorld {
  readonly service: TestService;
  readonly upstream: MockUpstream;
  readonly client: OpenAI;
}

export const MODEL = {
  ...{ contextTokens: 100_000, maxOutputTokens: 1000, tools: true, vision: true, json: true },
  price: { inputMicroUsd: 1_000_000, outputMicroUsd: 2_000_000 },
};

export const POLICY = { routing: { allowExternal: true, allowPriced: true } };

/** @returns a body for `PUT /v1/model-providers/{name}` that leads to the mock */
export function providerOf({ url }: MockUpstream, change: object = {}): object {
  return {
    kind: "openai-compatible",
    ...{ baseUrl: `${url}/v1`, apiKey: "sk-upstream-secret", timeoutMs: 1000, retries: 0 },
    models: [{ ...MODEL, name: "small", upstream: "mock-small" }],
    ...change,
  };
}

/** As {@link openChatWorld}, closed when the test ends. */
export async function chatWorld(providers?: (upstream: MockUpstream) => Record<string, object>): Promise<ChatWorld> {
  const world = await openChatWorld(providers);
  onTestFinished(async () => {
    await world.service.close();
    await world.upstream.close();
  });
  return world;
}

export async function openChatWorld(
  providers: (upstream: MockUpstream) => Record<string, object> = (upstream) => ({ mock: providerOf(upstream) }),
  change: Partial<ServiceOptions> = {},
): Promise<ChatWorld> {
  const upstream = await mockUpstream();
  const service = await openTestService({ modelOrigins: [upstream.url], ...change });
  await bodyOf(service.call("PUT", "/v1/policy", { body: POLICY }));
  for (const [name, body] of Object.entries(providers(upstream))) {
    await bodyOf(service.call("PUT", `/v1/model-providers/${name}`, { body }));
  }
  return { service, upstream, client: clientOf(service) };
}

/** The unmodified SDK, which knows nothing of us but where we are. */
export function clientOf({ url }: Pick<TestService, "url">, apiKey = ADMIN_KEY): OpenAI {
  return new OpenAI({ baseURL: `${url}/v1`, apiKey, maxRetries: 0 });
}

export const ASK = { model: "small", messages: [{ role: "user" as const, content: "Say hello" }], max_tokens: 50 };

/** The event of the newest call. */
export async function newestCall({ service }: ChatWorld) {
  const { events } = await bodyOf(service.call("GET", "/v1/audit?action=chat.complete&limit=1"));
  return events[0];
}
