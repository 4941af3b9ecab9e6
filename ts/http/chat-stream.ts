import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { textBytesOf } from "../chat/answer-form.ts";
import { commitment } from "../chat/call-record.ts";
import type { ChatEnd, OpenChat } from "../chat/chat.ts";
import type { Reused } from "../chat/reuse.ts";
import type { ChatTarget } from "../chat/target.ts";
import { toHex } from "../core/bytes.ts";
import { AppError } from "../core/errors.ts";
import type { ChatChunk, ChatRequest, ChatUsage } from "../models/chat.ts";
import { openAiErrorBody } from "./openai-errors.ts";
import type { LiveReply } from "./operation.ts";

/** What every answer says of its route. */
export function routeHeaders({
  decision,
  target,
  key,
  reused,
  mayBeReused,
}: Omit<OpenChat<unknown>, "answer" | "route" | "settle">): Record<string, string> {
  return {
    "cache-status": `ketflow; ${cacheStatus(reused, mayBeReused)}`,
    ...(reused && { "ketflow-reused-from": reused.decision }),
    ...(reused?.ageMs !== undefined && { age: String(Math.floor(reused.ageMs / 1000)) }),
    "ketflow-decision": decision,
    "ketflow-model": modelAt(target),
    "ketflow-commitment-key": toHex(key),
  };
}

/** By RFC 9211. */
function cacheStatus(reused: Reused | undefined, mayBeReused: boolean): string {
  if (reused?.how === "joined") return "fwd=miss; collapsed";
  if (reused !== undefined) return reused.how === "stale" ? "hit; detail=stale" : "hit";
  return mayBeReused ? "fwd=miss" : "fwd=bypass";
}

function modelAt({ model, provider }: ChatTarget): string {
  return `${model.name}@${provider}`;
}

const DONE = "data: [DONE]\n\n";

/**
 * Hands a stream on as it comes. Its last words are `[DONE]` only when the answer is whole and recorded; where it breaks, they are
 * an error, and the connection ends behind it.
 *
 * @param abandon ends the upstream when the client has gone
 */
export function chatStreamReply(
  open: OpenChat<AsyncIterable<ChatChunk>>,
  request: ChatRequest,
  abandon: () => void,
  reportError: (error: unknown) => void,
): LiveReply {
  return {
    status: 200,
    send(outgoing, headers) {
      outgoing.writeHead(200, {
        ...{
          "content-type": "text/event-stream; charset=utf-8",
          "cache-control": "no-store",
          "x-accel-buffering": "no",
        },
        ...routeHeaders(open),
        ...headers,
      });
      outgoing.once("close", abandon);
      void handOn(open, request, outgoing).catch(reportError);
    },
  };
}

async function handOn(
  { answer, target, key, route, settle }: OpenChat<AsyncIterable<ChatChunk>>,
  request: ChatRequest,
  outgoing: ServerResponse,
): Promise<void> {
  const hmac = commitment(key);
  const wantsUsage = request.stream_options?.include_usage === true;
  let usage: ChatUsage | undefined;
  let textBytes = 0;
  let last: ChatChunk | undefined;

  const end = (outcome: ChatEnd["outcome"], answerCommitment: string | null = null): Promise<void> =>
    settle({ outcome, usage, textBytes, answerCommitment });

  async function write(chunk: ChatChunk): Promise<void> {
    const frame = `data: ${JSON.stringify(chunk)}\n\n`;
    hmac.update(frame);
    if (!outgoing.write(frame) && !outgoing.destroyed) await once(outgoing, "drain", { signal: closeSignal(outgoing) });
  }

  try {
    for await (const chunk of answer) {
      last = { ...chunk, model: target.model.name };
      usage = chunk.usage ?? usage;
      textBytes += textBytesOf(chunk);
      // Usage comes last and for us; the caller's own last piece follows below.
      if (chunk.choices.length === 0 && chunk.usage) continue;
      const { usage: _, ...rest } = last;
      await write(wantsUsage ? { ...rest, usage: null } : rest);
    }
  } catch (error) {
    if (outgoing.destroyed) return end("cancelled");
    await end("broken");
    outgoing.end(errorFrame(brokenStream(error, target)));
    return;
  }
  if (outgoing.destroyed) return end("cancelled");
  try {
    if (last !== undefined) {
      const { usage: _, ...rest } = last;
      const told = { ...rest, choices: [], ketflow: route({ usage, textBytes }) };
      await write(wantsUsage ? { ...told, usage: usage ?? null } : told);
    }
    await end("succeeded", hmac.update(DONE).digest("hex"));
  } catch (error) {
    // Not recorded, so not a whole answer.
    outgoing.end(errorFrame(error));
    throw error;
  }
  outgoing.end(DONE);
}

function brokenStream(cause: unknown, target: ChatTarget): AppError {
  const message = `the answer of ${modelAt(target)} broke off: what came before is not the whole of it`;
  return new AppError("provider-unavailable", message, { cause });
}

function errorFrame(error: unknown): string {
  return `data: ${JSON.stringify(openAiErrorBody(error))}\n\n`;
}

function closeSignal(outgoing: ServerResponse): AbortSignal {
  const gone = new AbortController();
  outgoing.once("close", () => gone.abort());
  return gone.signal;
}
