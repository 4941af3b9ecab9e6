import * as z from "zod";
import { unknownModel } from "../../chat/choose.ts";
import type { ModelProviders } from "../../chat/providers.ts";
import { formatTime } from "../../core/clock.ts";
import type { TenantId } from "../../core/ids.ts";
import { AUTO_MODEL, ModelView } from "../../models/chat.ts";
import { openAiErrors } from "../openai-errors.ts";
import { type Call, json, type Operation, operation } from "../operation.ts";

export interface ModelRouteServices {
  readonly providers: ModelProviders;
}

const ModelList = z.strictObject({ object: z.literal("list"), data: z.array(ModelView) });

/** As Anthropic's clients read it. */
const AnthropicModel = z.strictObject({
  type: z.literal("model"),
  id: z.string(),
  display_name: z.string(),
  created_at: z.string(),
});
const AnthropicModelList = z.strictObject({
  data: z.array(AnthropicModel),
  has_more: z.literal(false),
  first_id: z.string().nullable(),
  last_id: z.string().nullable(),
});

interface Listed {
  readonly id: string;
  readonly owner: string;
  readonly at: number;
}

/** The names that a chat call may ask for, in the shape of whoever asks. */
export function modelRoutes({ providers }: ModelRouteServices): Operation[] {
  /** Each name once, with its first provider; those that the router chooses among begin the list. */
  function listed(tenant: TenantId): Listed[] {
    const names = new Map<string, Listed>();
    let newest = 0;
    for (const { name, provider, setAt } of providers.modelNames(tenant)) {
      newest = Math.max(newest, setAt);
      if (!names.has(name)) names.set(name, { id: name, owner: provider, at: setAt });
    }
    return names.size === 0 ? [] : [{ id: AUTO_MODEL, owner: "ketflow", at: newest }, ...names.values()];
  }

  const shape = {
    requestHeaders: { "anthropic-version": "Asks for the shape that Anthropic's clients read" },
    errors: "openai",
  } as const;
  const wantsAnthropic = ({ header }: Call<unknown, unknown>): boolean => header("anthropic-version") !== undefined;

  return [
    operation({
      ...{ method: "get", path: "/v1/models", id: "listModels", tag: "models", scope: "models:read", ...shape },
      summary: "List the models that a chat call may name",
      responses: { 200: { description: "All of them", schema: z.union([ModelList, AnthropicModelList]) } },
      handle(call) {
        const models = listed(call.principal.tenant);
        if (!wantsAnthropic(call)) return json({ object: "list", data: models.map(openAiModel) });
        const [first = null, last = null] = [models[0]?.id, models.at(-1)?.id];
        return json({ data: models.map(anthropicModel), has_more: false, first_id: first, last_id: last });
      },
    }),
    operation({
      // Names have slashes.
      ...{ method: "get", path: "/v1/models/{rest}", id: "getModel", tag: "models", scope: "models:read", ...shape },
      summary: "Read a model",
      responses: {
        200: { description: "The model", schema: z.union([ModelView, AnthropicModel]) },
        ...openAiErrors("not-found"),
      },
      handle(call) {
        const { rest = "" } = call.params;
        const model = listed(call.principal.tenant).find(({ id }) => id === rest);
        if (model === undefined) throw unknownModel(rest);
        return json(wantsAnthropic(call) ? anthropicModel(model) : openAiModel(model));
      },
    }),
  ];
}

function openAiModel({ id, owner, at }: Listed): ModelView {
  return { id, object: "model", created: Math.floor(at / 1000), owned_by: owner };
}

function anthropicModel({ id, at }: Listed): z.infer<typeof AnthropicModel> {
  return { type: "model", id, display_name: id, created_at: formatTime(at) };
}
