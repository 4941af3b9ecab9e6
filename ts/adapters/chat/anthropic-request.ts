import { type ChatTarget, UpstreamFailure } from "../../chat/target.ts";
import { textOf, wantedTokens } from "../../chat/tokens.ts";
import type { ChatMessage, ChatRequest, ToolCall } from "../../models/chat.ts";

type Model = ReturnType<ReturnType<typeof import("@ai-sdk/anthropic")["createAnthropic"]>>;
type CallOptions = Parameters<Model["doGenerate"]>[0];
type Prompt = CallOptions["prompt"];

/** What has a word in Anthropic's protocol, or means nothing to a model. */
const MEMBERS = new Set([
  ...["model", "messages", "stream", "stream_options", "n", "ketflow", "user", "metadata", "store"],
  ...["max_tokens", "max_completion_tokens", "temperature", "top_p", "stop"],
  ...["tools", "tool_choice", "parallel_tool_calls", "response_format"],
]);

export function unsupportedMember(request: ChatRequest): string | undefined {
  if (request.response_format?.type === "json_object") return "response_format of type json_object";
  if ((request.temperature ?? 0) > 1) return "temperature above 1";
  return Object.keys(request).find(
    (name) => !MEMBERS.has(name) && request[name] !== null && request[name] !== undefined,
  );
}

/** A request in the AI SDK's words. */
export function callOptions({ model }: ChatTarget, request: ChatRequest, abortSignal: AbortSignal): CallOptions {
  const { temperature, top_p, stop, tools, tool_choice, response_format: format, parallel_tool_calls } = request;
  return {
    abortSignal,
    prompt: promptOf(request.messages),
    maxOutputTokens: wantedTokens(request) ?? model.maxOutputTokens,
    ...(temperature != null && { temperature }),
    ...(top_p != null && { topP: top_p }),
    ...(stop != null && { stopSequences: typeof stop === "string" ? [stop] : stop }),
    ...(format?.type === "json_schema" && {
      responseFormat: { type: "json", schema: format.json_schema.schema, name: format.json_schema.name },
    }),
    ...(tools?.length && {
      tools: tools.map(({ function: { name, description, parameters } }) => ({
        ...{ type: "function" as const, name, inputSchema: parameters ?? { type: "object", properties: {} } },
        ...(description && { description }),
      })),
    }),
    ...(tool_choice != null && { toolChoice: toolChoiceOf(tool_choice) }),
    ...(parallel_tool_calls === false && { providerOptions: { anthropic: { disableParallelToolUse: true } } }),
  };
}

function toolChoiceOf(choice: NonNullable<ChatRequest["tool_choice"]>): NonNullable<CallOptions["toolChoice"]> {
  return typeof choice === "string" ? { type: choice } : { type: "tool", toolName: choice.function.name };
}

function promptOf(messages: readonly ChatMessage[]): Prompt {
  const toolNames = new Map<string, string>();
  return messages.map((message) => promptMessage(message, toolNames));
}

/** @param toolNames of the calls so far, by their ids: a result does not say its tool again */
function promptMessage(message: ChatMessage, toolNames: Map<string, string>): Prompt[number] {
  switch (message.role) {
    case "system":
    case "developer":
      return { role: "system", content: textOf(message) };
    case "user":
      return { role: "user", content: userParts(message.content) };
    case "assistant": {
      const text = textOf(message);
      const calls = message.tool_calls ?? [];
      for (const { id, function: call } of calls) toolNames.set(id, call.name);
      const parts = [...(text === "" ? [] : [{ type: "text" as const, text }]), ...calls.map(toolCallPart)];
      return { role: "assistant", content: parts };
    }
    case "tool": {
      const { tool_call_id: toolCallId } = message;
      const output = { type: "text" as const, value: textOf(message) };
      const toolName = toolNames.get(toolCallId) ?? "tool";
      return { role: "tool", content: [{ type: "tool-result", toolCallId, toolName, output }] };
    }
  }
}

function toolCallPart({ id, function: call }: ToolCall) {
  try {
    const input: unknown = JSON.parse(call.arguments || "{}");
    return { type: "tool-call" as const, toolCallId: id, toolName: call.name, input };
  } catch (cause) {
    throw new UpstreamFailure("rejected", {
      cause,
      status: 400,
      words: `the arguments of tool call ${id} are no JSON`,
    });
  }
}

type UserParts = Extract<Prompt[number], { role: "user" }>["content"];

function userParts(content: Extract<ChatMessage, { role: "user" }>["content"]): UserParts {
  if (typeof content === "string") return [{ type: "text", text: content }];
  return content.map((part): UserParts[number] => {
    if (part.type === "text") return { type: "text", text: part.text };
    const { url } = part.image_url;
    const [, mediaType = "image/*", base64] = /^data:([^;]+);base64,(.*)$/s.exec(url) ?? [];
    return { type: "file", mediaType, data: base64 ?? new URL(url) };
  });
}
