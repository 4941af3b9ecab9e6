import type { ChatMessage, ChatRequest } from "../models/chat.ts";
import type { ModelEntry } from "../models/model-provider.ts";

/** Bytes of UTF-8 that are taken for a token where nobody counted them: fewer than in nearly all texts, so rather too many tokens. */
const BYTES_PER_TOKEN = 3;
/** Roles and separators of a message. */
const MESSAGE_TOKENS = 8;
/** The largest tile count of common vision models, rounded up. */
const IMAGE_TOKENS = 2000;

export interface TokenCount {
  readonly input: number;
  readonly output: number;
}

export function textTokens(bytes: number): number {
  return Math.ceil(bytes / BYTES_PER_TOKEN);
}

/** What the request is taken to have, before anybody counted. */
export function inputTokens({ messages, tools, response_format }: ChatRequest): number {
  let bytes = tools?.length ? JSON.stringify(tools).length : 0;
  if (response_format?.type === "json_schema") bytes += JSON.stringify(response_format.json_schema).length;
  let images = 0;
  for (const message of messages) {
    bytes += Buffer.byteLength(textOf(message));
    if (message.role === "assistant" && message.tool_calls?.length) bytes += JSON.stringify(message.tool_calls).length;
    if (message.role === "user" && typeof message.content !== "string") {
      images += message.content.filter(({ type }) => type === "image_url").length;
    }
  }
  return textTokens(bytes) + messages.length * MESSAGE_TOKENS + images * IMAGE_TOKENS;
}

/** The words of a message, its parts joined by line feeds. */
export function textOf({ content }: ChatMessage): string {
  if (typeof content === "string") return content;
  return (content ?? []).flatMap((part) => (part.type === "text" ? [part.text] : [])).join("\n");
}

export function hasImages({ messages }: ChatRequest): boolean {
  return messages.some(
    ({ role, content }) =>
      role === "user" && Array.isArray(content) && content.some(({ type }) => type === "image_url"),
  );
}

/** The most that the caller wants; undefined where it says nothing. */
export function wantedTokens({ max_completion_tokens, max_tokens }: ChatRequest): number | undefined {
  return max_completion_tokens ?? max_tokens ?? undefined;
}

/** Whole micro-USD, rounded up. */
export function costMicroUsd({ price }: ModelEntry, { input, output }: TokenCount): number {
  return Math.ceil((price.inputMicroUsd * input + price.outputMicroUsd * output) / 1_000_000);
}
