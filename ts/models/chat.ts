import * as z from "zod";
import { Constraints } from "./job.ts";

// The body of POST /v1/chat/completions, as the clients of OpenAI's API write it. What has no entry here is handed on untouched
// to back ends of the same protocol.

/** The model name that lets the router choose. */
export const AUTO_MODEL = "ketflow/auto";

const TextPart = z.looseObject({ type: z.literal("text"), text: z.string() });
const ImagePart = z.looseObject({
  type: z.literal("image_url"),
  image_url: z.looseObject({
    url: z.string().regex(/^(?:https:\/\/|data:image\/[a-z+.-]+;base64,)/, "must be an https: or a data:image URL"),
  }),
});
const Text = z.union([z.string(), z.array(TextPart).min(1).max(64)], "must be a string or a list of text parts");

const ToolCall = z.looseObject({
  id: z.string().min(1).max(256),
  type: z.literal("function"),
  function: z.looseObject({ name: z.string().min(1).max(256), arguments: z.string() }),
});
export type ToolCall = z.infer<typeof ToolCall>;

const Message = z.discriminatedUnion("role", [
  z.looseObject({ role: z.literal("system"), content: Text }),
  z.looseObject({ role: z.literal("developer"), content: Text }),
  z.looseObject({
    role: z.literal("user"),
    content: z.union(
      [
        z.string(),
        z
          .array(z.discriminatedUnion("type", [TextPart, ImagePart]))
          .min(1)
          .max(64),
      ],
      "must be a string or a list of parts of type text or image_url",
    ),
  }),
  z.looseObject({
    role: z.literal("assistant"),
    content: Text.nullish(),
    tool_calls: z.array(ToolCall).max(128).nullish(),
  }),
  z.looseObject({ role: z.literal("tool"), tool_call_id: z.string().min(1).max(256), content: Text }),
]);
export type ChatMessage = z.infer<typeof Message>;

const Tool = z.looseObject({
  type: z.literal("function"),
  function: z.looseObject({
    name: z.string().min(1).max(256),
    description: z.string().nullish(),
    parameters: z.record(z.string(), z.unknown()).nullish(),
    strict: z.boolean().nullish(),
  }),
});

const Tokens = z.int().min(1).max(10_000_000).nullish();

export const ChatRequest = z.looseObject({
  model: z
    .string()
    .min(1)
    .max(256)
    .meta({ description: `A name of GET /v1/models; \`${AUTO_MODEL}\`: the router chooses` }),
  messages: z.array(Message).min(1).max(2048),
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().nullish() }).nullish(),
  n: z.literal(1, "1 answer is given for each request; send the request again for another").nullish(),
  max_tokens: Tokens,
  max_completion_tokens: Tokens,
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  stop: z.union([z.string(), z.array(z.string()).max(16)], "must be a string or a list of strings").nullish(),
  seed: z.int().nullish(),
  tools: z.array(Tool).max(128).nullish(),
  tool_choice: z
    .union(
      [
        z.enum(["none", "auto", "required"]),
        z.looseObject({ type: z.literal("function"), function: z.looseObject({ name: z.string().min(1) }) }),
      ],
      "must be none, auto, required or a function by its name",
    )
    .nullish(),
  response_format: z
    .discriminatedUnion("type", [
      z.looseObject({ type: z.literal("text") }),
      z.looseObject({ type: z.literal("json_object") }),
      z.looseObject({
        type: z.literal("json_schema"),
        json_schema: z.looseObject({
          name: z.string().min(1).max(256),
          description: z.string().nullish(),
          schema: z.record(z.string(), z.unknown()),
        }),
      }),
    ])
    .nullish(),
  ketflow: z
    .strictObject({
      constraints: Constraints.omit({ deadlineMs: true }).optional(),
      task: z
        .string()
        .min(1)
        .max(256)
        .optional()
        .meta({ description: "The family of the prompt, where the router knows it" }),
      reuse: z.boolean().optional().meta({
        description: "true: an equal earlier call's answer will do, whatever the temperature; false: it will not",
      }),
    })
    .optional()
    .meta({ description: "What this call asks of the router; it never leaves the service" }),
});
export type ChatRequest = z.infer<typeof ChatRequest>;

/** Tokens as OpenAI's API counts them. */
export const ChatUsage = z.looseObject({
  prompt_tokens: z.int().min(0),
  completion_tokens: z.int().min(0),
  total_tokens: z.int().min(0),
});
export type ChatUsage = z.infer<typeof ChatUsage>;

/** What an answer says of its route. */
export const ChatRoute = z.strictObject({
  decision: z.string().meta({ description: "Id of the audit event of this call" }),
  provider: z.string(),
  model: z.string(),
  costMicroUsd: z.int().min(0),
  costIsEstimated: z
    .boolean()
    .meta({ description: "The back end told no usage; the tokens are counted from the text" }),
  reused: z
    .strictObject({
      how: z
        .enum(["kept", "stale", "joined"])
        .meta({ description: "From memory; older than the policy's keepMs; or of a call that was under way" }),
      decision: z.string().meta({ description: "The call that asked for this answer" }),
    })
    .optional(),
});
export type ChatRoute = z.infer<typeof ChatRoute>;

/** A whole answer; its choices are what the back end sent. */
export const ChatCompletion = z.looseObject({
  id: z.string(),
  object: z.literal("chat.completion"),
  created: z.int(),
  model: z.string(),
  choices: z.array(z.looseObject({ index: z.int(), message: z.looseObject({ role: z.literal("assistant") }) })).min(1),
  usage: ChatUsage.nullish(),
  ketflow: ChatRoute.optional(),
});
export type ChatCompletion = z.infer<typeof ChatCompletion>;

/** One piece of a streamed answer. */
export const ChatChunk = z.looseObject({
  id: z.string(),
  object: z.literal("chat.completion.chunk"),
  created: z.int(),
  model: z.string(),
  choices: z.array(z.looseObject({ index: z.int(), delta: z.looseObject({}) })),
  usage: ChatUsage.nullish(),
  ketflow: ChatRoute.optional(),
});
export type ChatChunk = z.infer<typeof ChatChunk>;

/** A model as OpenAI's clients list it. */
export const ModelView = z.looseObject({
  id: z.string(),
  object: z.literal("model"),
  created: z.int(),
  owned_by: z.string(),
});
export type ModelView = z.infer<typeof ModelView>;
