import type * as z from "zod";
import type { ModelView } from "../models/chat.ts";
import type { ModelProviderView, ModelRouterView, SetModelProvider } from "../models/model-provider.ts";
import { type CallOptions, nothing, segment, type Transport } from "./transport.ts";

/** A provider as it is written: what is left out has its default. */
export type ModelProviderDocument = z.input<typeof SetModelProvider>;

/** Language models: calls of them are for any client of OpenAI's API, at `/v1`. */
export interface ModelCalls {
  readonly models: {
    list(options?: CallOptions): Promise<ModelView[]>;
  };
  readonly modelProviders: {
    list(options?: CallOptions): Promise<ModelProviderView[]>;
    get(name: string, options?: CallOptions): Promise<ModelProviderView>;
    /** Adds or replaces it; an `apiKey` that is left out stays. */
    set(name: string, provider: ModelProviderDocument, options?: CallOptions): Promise<ModelProviderView>;
    delete(name: string, options?: CallOptions): Promise<void>;
  };
  readonly modelRouter: {
    get(options?: CallOptions): Promise<ModelRouterView>;
    /** @param snapshot what `ketflow route fit` wrote, parsed */
    set(snapshot: unknown, options?: CallOptions): Promise<ModelRouterView>;
    delete(options?: CallOptions): Promise<void>;
  };
}

export function modelCalls({ json, read }: Transport): ModelCalls {
  const providerAt = (name: string): string => `v1/model-providers/${segment(name)}`;
  const router = { path: "v1/model-router" };
  return {
    models: {
      list: async ({ signal } = {}) => (await json<{ data: ModelView[] }>({ path: "v1/models", signal })).data,
    },
    modelProviders: {
      list: async ({ signal } = {}) =>
        (await json<{ providers: ModelProviderView[] }>({ path: "v1/model-providers", signal })).providers,
      get: (name, { signal } = {}) => json({ path: providerAt(name), signal }),
      set: (name, body, { signal } = {}) => json({ method: "PUT", path: providerAt(name), body, signal }),
      delete: (name, { signal } = {}) => read({ method: "DELETE", path: providerAt(name), signal }, nothing),
    },
    modelRouter: {
      get: ({ signal } = {}) => json({ ...router, signal }),
      set: (body, { signal } = {}) => json({ ...router, method: "PUT", body, signal }),
      delete: ({ signal } = {}) => read({ ...router, method: "DELETE", signal }, nothing),
    },
  };
}
