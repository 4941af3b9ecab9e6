import type { ChatChunk, ChatCompletion, ChatRequest, ChatUsage } from "../models/chat.ts";
import { replayed, SharedStream } from "./shared-stream.ts";
import type { ChatAdapter, ChatTarget } from "./target.ts";

/** An answer that several callers read. */
export interface Shared<Answer> {
  view(signal: AbortSignal): Answer;
  /** What is kept of it; rejects where it broke. */
  readonly whole: Promise<unknown>;
  isDone(): boolean;
}

/** What differs between an answer at once and one in pieces. */
export interface AnswerForm<Answer> {
  readonly isStream: boolean;
  ask(adapter: ChatAdapter, target: ChatTarget, request: ChatRequest, signal: AbortSignal): Promise<Answer>;
  /** For one caller, who alone decides how fast it is read. */
  alone(answer: Answer): Shared<Answer>;
  share(answer: Answer): Shared<Answer>;
  /** @param content what `whole` gave */
  restore(content: unknown): Answer;
  /** Reads it to its end, for nobody. */
  drain(answer: Answer): Promise<{ usage: ChatUsage | undefined; textBytes: number }>;
}

export const COMPLETION: AnswerForm<ChatCompletion> = {
  isStream: false,
  ask: (adapter, target, request, signal) => adapter.complete(target, request, signal),
  alone: whole,
  share: whole,
  restore: (content) => content as ChatCompletion,
  drain: async ({ usage, choices }) => ({
    usage: usage ?? undefined,
    textBytes: Buffer.byteLength(JSON.stringify(choices)),
  }),
};

function whole(answer: ChatCompletion): Shared<ChatCompletion> {
  return { view: () => answer, whole: Promise.resolve(answer), isDone: () => true };
}

type Chunks = AsyncIterable<ChatChunk>;

export const STREAM: AnswerForm<Chunks> = {
  isStream: true,
  ask: (adapter, target, request, signal) => adapter.stream(target, request, signal),
  // Not read ahead, so that a slow reader slows the upstream; what nobody keeps has no end that anybody waits for.
  alone(answer) {
    let isDone = false;
    const view = async function* (): AsyncGenerator<ChatChunk> {
      try {
        yield* answer;
      } finally {
        isDone = true;
      }
    };
    return { view, whole: Promise.resolve(undefined), isDone: () => isDone };
  },
  share(answer) {
    const shared = new SharedStream(answer);
    return { view: (signal) => shared.view(signal), whole: shared.whole, isDone: () => shared.isEnded };
  },
  restore: (content) => replayed(content as ChatChunk[]),
  async drain(answer) {
    let usage: ChatUsage | undefined;
    let textBytes = 0;
    for await (const chunk of answer) {
      usage = chunk.usage ?? usage;
      textBytes += textBytesOf(chunk);
    }
    return { usage, textBytes };
  },
};

/** What the back end said in a piece. */
export function textBytesOf({ choices }: ChatChunk): number {
  let bytes = 0;
  for (const { delta } of choices) {
    if (typeof delta.content === "string") bytes += Buffer.byteLength(delta.content);
    if (delta.tool_calls !== undefined) bytes += Buffer.byteLength(JSON.stringify(delta.tool_calls));
  }
  return bytes;
}
