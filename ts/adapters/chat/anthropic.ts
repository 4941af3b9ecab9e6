import { Readable } from "node:stream";
import type { ReadableStream as NodeStream } from "node:stream/web";
import { type ChatAdapter, type ChatTarget, failureOfStatus, UpstreamFailure } from "../../chat/target.ts";
import { AppError } from "../../core/errors.ts";
import type { ChatChunk, ChatCompletion, ChatRequest, ChatUsage } from "../../models/chat.ts";
import { callOptions, unsupportedMember } from "./anthropic-request.ts";
import { afterFirst } from "./openai-compatible.ts";
import { piecesOf, post } from "./post-json.ts";

type Sdk = typeof import("@ai-sdk/anthropic");
type Model = ReturnType<ReturnType<Sdk["createAnthropic"]>>;
type Generated = Awaited<ReturnType<Model["doGenerate"]>>;
type Streamed = Awaited<ReturnType<Model["doStream"]>>["stream"];

/** Anthropic's protocol, translated by Vercel's AI SDK: an optional package, loaded when it is first needed. */
export const anthropic: ChatAdapter & {
  /** @throws {AppError} `unsupported` where the package is not installed */
  ready(): Promise<void>;
} = {
  unsupported: unsupportedMember,
  async ready() {
    await loadSdk();
  },
  async complete(target, request, signal) {
    const model = await modelOf(target);
    try {
      return completionOf(await model.doGenerate(callOptions(target, request, signal)), request);
    } catch (error) {
      throw failureOf(error, signal);
    }
  },
  async stream(target, request, signal) {
    const model = await modelOf(target);
    try {
      const { stream } = await model.doStream(callOptions(target, request, signal));
      return await afterFirst(chunksOf(stream, request, signal));
    } catch (error) {
      throw failureOf(error, signal);
    }
  },
};

async function loadSdk(): Promise<Sdk> {
  try {
    return await import("@ai-sdk/anthropic");
  } catch (cause) {
    const message = "kind anthropic needs a package that is not installed here; run: npm install @ai-sdk/anthropic@3";
    throw new AppError("unsupported", message, { cause });
  }
}

async function modelOf(target: ChatTarget): Promise<Model> {
  const { createAnthropic } = await loadSdk();
  const { baseUrl, apiKey, model } = target;
  const provider = createAnthropic({
    baseURL: baseUrl,
    // Never undefined: the SDK would take the key of this process's environment and send it wherever the tenant wants.
    apiKey: apiKey ?? "",
    fetch: async (url, { headers, body, signal } = {}) => {
      const { "x-api-key": key, ...rest } = Object.fromEntries(new Headers(headers));
      const answer = await post(new URL(String(url)), target, {
        headers: { ...rest, ...(key && { "x-api-key": key }) },
        body: String(body),
        signal: signal ?? new AbortController().signal,
      });
      const { statusCode: status = 500, headers: given } = answer;
      const kept = Object.entries(given).filter(([name]) => ["content-type", "retry-after"].includes(name));
      const stream = Readable.toWeb(Readable.from(piecesOf(answer, target.timeoutMs))) as NodeStream<Uint8Array>;
      return new Response(stream as ReadableStream<Uint8Array>, { status, headers: kept as [string, string][] });
    },
  });
  return provider(model.upstream ?? model.name);
}

function failureOf(error: unknown, signal: AbortSignal): unknown {
  if (signal.aborted) return error;
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof UpstreamFailure || cause instanceof AppError) return cause;
  }
  const { statusCode, responseHeaders, message } = error as {
    statusCode?: number;
    responseHeaders?: Record<string, string>;
    message?: string;
  };
  if (statusCode === undefined || statusCode === 200) return new UpstreamFailure("failing", { cause: error });
  return failureOfStatus(statusCode, responseHeaders?.["retry-after"], message?.slice(0, 500), Date.now());
}

const FINISH: Readonly<Record<string, string>> = {
  stop: "stop",
  length: "length",
  "tool-calls": "tool_calls",
  "content-filter": "content_filter",
};

function finishOf({ unified }: Generated["finishReason"]): string {
  return FINISH[unified] ?? "stop";
}

function usageOf({ inputTokens, outputTokens }: Generated["usage"]): ChatUsage | undefined {
  if (inputTokens.total === undefined || outputTokens.total === undefined) return undefined;
  const [prompt_tokens, completion_tokens] = [inputTokens.total, outputTokens.total];
  return { prompt_tokens, completion_tokens, total_tokens: prompt_tokens + completion_tokens };
}

function completionOf({ content, finishReason, usage, response }: Generated, { model }: ChatRequest): ChatCompletion {
  const text = content.flatMap((part) => (part.type === "text" ? [part.text] : [])).join("");
  const tool_calls = content.flatMap((part) =>
    part.type === "tool-call"
      ? [{ id: part.toolCallId, type: "function", function: { name: part.toolName, arguments: part.input } }]
      : [],
  );
  const message = {
    role: "assistant" as const,
    content: text === "" ? null : text,
    ...(tool_calls.length > 0 && { tool_calls }),
  };
  return {
    ...{
      id: `chatcmpl-${response?.id ?? ""}`,
      object: "chat.completion",
      created: secondsOf(response?.timestamp),
      model,
    },
    choices: [{ index: 0, message, finish_reason: finishOf(finishReason), logprobs: null }],
    usage: usageOf(usage),
  };
}

function secondsOf(time: Date | undefined): number {
  return Math.floor((time?.getTime() ?? Date.now()) / 1000);
}

async function* chunksOf(stream: Streamed, { model }: ChatRequest, signal: AbortSignal): AsyncGenerator<ChatChunk> {
  let head = { id: "chatcmpl-", object: "chat.completion.chunk" as const, created: secondsOf(undefined), model };
  const piece = (delta: object, finish_reason: string | null = null): ChatChunk => ({
    ...head,
    choices: [{ index: 0, delta: { ...delta }, finish_reason, logprobs: null }],
  });
  /** Place of each tool call among those of the answer. */
  const places = new Map<string, number>();
  let isFinished = false;
  try {
    for await (const part of stream as unknown as AsyncIterable<StreamPart>) {
      switch (part.type) {
        case "response-metadata":
          head = { ...head, id: `chatcmpl-${part.id ?? ""}` };
          yield piece({ role: "assistant", content: "" });
          break;
        case "text-delta":
          yield piece({ content: part.delta });
          break;
        case "tool-input-start": {
          const index = places.size;
          places.set(part.id, index);
          const named = { index, id: part.id, type: "function", function: { name: part.toolName, arguments: "" } };
          yield piece({ tool_calls: [named] });
          break;
        }
        case "tool-input-delta":
          yield piece({ tool_calls: [{ index: places.get(part.id), function: { arguments: part.delta } }] });
          break;
        case "finish":
          isFinished = part.finishReason.unified !== "error";
          if (isFinished) {
            yield piece({}, finishOf(part.finishReason));
            yield { ...head, choices: [], usage: usageOf(part.usage) };
          }
          break;
        case "error":
          throw new UpstreamFailure("broken", { cause: part.error });
      }
    }
  } catch (error) {
    throw failureOf(error, signal);
  }
  if (!isFinished) throw new UpstreamFailure("broken");
}

type StreamPart = Streamed extends ReadableStream<infer Part> ? Part : never;
