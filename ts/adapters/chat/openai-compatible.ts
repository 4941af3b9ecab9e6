import type { IncomingMessage } from "node:http";
import { type ChatAdapter, type ChatTarget, failureOfStatus, UpstreamFailure } from "../../chat/target.ts";
import { ChatChunk, ChatCompletion, type ChatRequest } from "../../models/chat.ts";
import { bodyOf, piecesOf, post } from "./post-json.ts";
import { sseData } from "./sse-data.ts";

/** Of the words of a refusal, which are told to the caller. */
const MAX_WORDS = 500;
const MAX_REFUSAL_BYTES = 64 * 1024;

/**
 * The protocol that callers speak too: what they send and what comes back is handed on as it is, known members or not, but for
 * the names of models and what is only ours.
 */
export const openAiCompatible: ChatAdapter = {
  unsupported: () => undefined,
  async complete(target, request, signal) {
    const { stream_options: _, ...body } = upstreamBody(target, request);
    const answer = await ask(target, { ...body, stream: undefined }, signal);
    const text = (await bodyOf(answer, target.timeoutMs)).toString("utf8");
    return parsed(ChatCompletion, text);
  },
  async stream(target, request, signal) {
    const body = upstreamBody(target, request);
    // Without it nothing says what a stream costs.
    const stream_options = { ...body.stream_options, include_usage: true };
    const answer = await ask(target, { ...body, stream: true, stream_options }, signal);
    return afterFirst(chunksOf(answer, target));
  },
};

function upstreamBody({ model }: ChatTarget, { ketflow: _, ...request }: ChatRequest): ChatRequest {
  return { ...request, model: model.upstream ?? model.name };
}

async function ask(target: ChatTarget, body: object, signal: AbortSignal): Promise<IncomingMessage> {
  const { baseUrl, apiKey } = target;
  const headers = {
    ...{ "content-type": "application/json", accept: "application/json, text/event-stream" },
    ...(apiKey && { authorization: `Bearer ${apiKey}` }),
  };
  const answer = await post(new URL(`${baseUrl}/chat/completions`), target, {
    headers,
    body: JSON.stringify(body),
    signal,
  });
  const { statusCode = 0, headers: given } = answer;
  if (statusCode === 200) return answer;
  const text = (await bodyOf(answer, target.timeoutMs, MAX_REFUSAL_BYTES)).toString("utf8");
  throw failureOfStatus(statusCode, given["retry-after"], wordsOf(text, apiKey), Date.now());
}

/** What the provider says of a refusal, without the key, should it quote that. */
function wordsOf(text: string, apiKey: ChatTarget["apiKey"]): string | undefined {
  let message: unknown;
  try {
    const { error } = JSON.parse(text) as { error?: { message?: unknown } | string };
    message = typeof error === "object" ? error.message : error;
  } catch {
    return undefined; // a page for people
  }
  if (typeof message !== "string") return undefined;
  return (apiKey ? message.replaceAll(apiKey, "…") : message).slice(0, MAX_WORDS);
}

function parsed<T>(schema: { parse(value: unknown): T }, text: string): T {
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw new UpstreamFailure("failing", { cause });
  }
}

async function* chunksOf(answer: IncomingMessage, { timeoutMs }: ChatTarget): AsyncGenerator<ChatChunk> {
  let isFinished = false;
  for await (const data of sseData(piecesOf(answer, timeoutMs))) {
    if (data === "[DONE]") return;
    const value = JSON.parse(data) as { error?: unknown };
    // How servers of this protocol tell that the model failed after the head was sent.
    if (value.error !== undefined && value.error !== null) throw new UpstreamFailure("broken");
    const chunk = ChatChunk.parse(value);
    isFinished ||= chunk.choices.some(({ finish_reason }) => typeof finish_reason === "string");
    yield chunk;
  }
  // Some servers end without [DONE]; the model's own word that it has finished is then needed.
  if (!isFinished) throw new UpstreamFailure("broken");
}

/** Waits for the first piece, so that a stream which breaks before it can still be asked for elsewhere. */
export async function afterFirst(chunks: AsyncGenerator<ChatChunk>): Promise<AsyncIterable<ChatChunk>> {
  const first = await nextOf(chunks);
  return (async function* () {
    try {
      for (let next = first; !next.done; next = await nextOf(chunks)) yield next.value;
    } finally {
      await chunks.return(undefined);
    }
  })();
}

async function nextOf(chunks: AsyncGenerator<ChatChunk>): Promise<IteratorResult<ChatChunk>> {
  try {
    return await chunks.next();
  } catch (cause) {
    throw cause instanceof UpstreamFailure ? cause : new UpstreamFailure("failing", { cause });
  }
}
