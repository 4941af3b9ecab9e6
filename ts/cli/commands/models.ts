import type { Client, ModelProviderDocument, ModelProviderView, ModelRouterView, ModelView } from "../../client.ts";
import { AppError } from "../../core/errors.ts";
import { grouped } from "../../core/grouped.ts";
import { checked } from "../../models/check.ts";
import { SetModelProvider } from "../../models/model-provider.ts";
import type { Invocation } from "../command-kit.ts";
import { readJson } from "../read-json.ts";
import { tableLines } from "../table.ts";
import type { Terminal } from "../terminal.ts";
import { asks } from "./ask-service.ts";

export const listModels = asks<{ models: ModelView[] }>(async (client) => ({
  value: { models: await client.models.list() },
  lines: ({ models }) => tableLines([["model", "of"], ...models.map(({ id, owned_by }) => [id, owned_by])]),
}));

export const listProviders = asks<{ providers: ModelProviderView[] }>(async (client) => ({
  value: { providers: await client.modelProviders.list() },
  lines: ({ providers }) => providerLines(providers),
}));

export const setProvider = asks<ModelProviderView>(async (client, { args: [name = "", file = ""], flags, context }) => {
  const { terminal } = context;
  const document = await readJson(file, terminal);
  const apiKey = flags.keyEnv === undefined ? undefined : keyOf(String(flags.keyEnv), terminal);
  const body = { ...(document as object), ...(apiKey !== undefined && { apiKey }) };
  checked(SetModelProvider, body, file);
  return {
    value: await client.modelProviders.set(name, body as ModelProviderDocument),
    lines: (one) => providerLines([one]),
  };
});

export const removeProvider = asks(async (client, { args: [name = ""] }) => {
  await client.modelProviders.delete(name);
  return { value: { name, deleted: true }, lines: () => [`${name}  deleted`] };
});

export const getRouter = asks<ModelRouterView>(async (client) => ({
  value: await client.modelRouter.get(),
  lines: routerLines,
}));

export const setRouter = asks<ModelRouterView>(async (client: Client, { args: [file = ""], context }: Invocation) => ({
  value: await client.modelRouter.set(await readJson(file, context.terminal)),
  lines: routerLines,
}));

export const removeRouter = asks(async (client) => {
  await client.modelRouter.delete();
  return { value: { deleted: true }, lines: () => ["the router is out of force"] };
});

/** Not a flag: those stand in the shell's history and in the list of processes. */
function keyOf(variable: string, { environment }: Terminal): string {
  const key = environment[variable];
  if (key === undefined || key === "") throw new AppError("invalid-input", `--key-env ${variable}: it is not set`);
  return key;
}

function providerLines(providers: readonly ModelProviderView[]): string[] {
  const rows = providers.flatMap(({ name, kind, region, external, hasApiKey, models }) =>
    models.map((model) => [
      ...[name, kind, external ? region : "own", hasApiKey ? "yes" : "no", model.name, grouped(model.contextTokens)],
      `${dollars(model.price.inputMicroUsd)} / ${dollars(model.price.outputMicroUsd)}`,
    ]),
  );
  return tableLines([["provider", "kind", "where", "key", "model", "context", "$ per million in / out"], ...rows]);
}

function dollars(microUsd: number): string {
  return String(microUsd / 1_000_000);
}

function routerLines({ contentHash, models, tasks, setAt }: ModelRouterView): string[] {
  return tableLines([
    ["router", contentHash],
    ["models", models.join(", ")],
    ["tasks", String(tasks.length)],
    ["since", setAt],
  ]);
}
