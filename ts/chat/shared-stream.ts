import { AppError } from "../core/errors.ts";
import type { ChatChunk } from "../models/chat.ts";
import { UpstreamFailure } from "./target.ts";

/** More pieces are no answer of a model. */
const MOST_CHUNKS = 1_000_000;

/** One stream for several readers: each has it from its beginning, and none waits for another. */
export class SharedStream {
  /** All pieces; rejects where the stream breaks. */
  readonly whole: Promise<readonly ChatChunk[]>;
  readonly #chunks: ChatChunk[] = [];
  readonly #waiting = new Set<() => void>();
  #end: { readonly error?: unknown } | undefined;

  constructor(source: AsyncIterable<ChatChunk>) {
    this.whole = this.#read(source);
    // Readers see it too; where nobody waits for the whole, its failure is nobody's.
    this.whole.catch(() => undefined);
  }

  get isEnded(): boolean {
    return this.#end !== undefined;
  }

  async #read(source: AsyncIterable<ChatChunk>): Promise<readonly ChatChunk[]> {
    try {
      for await (const chunk of source) {
        if (this.#chunks.push(chunk) > MOST_CHUNKS) throw new UpstreamFailure("broken");
        this.#wake();
      }
      this.#end = {};
    } catch (error) {
      this.#end = { error };
      throw error;
    } finally {
      this.#wake();
    }
    return this.#chunks;
  }

  #wake(): void {
    for (const go of this.#waiting) go();
    this.#waiting.clear();
  }

  /** @throws {AppError} `cancelled` when the signal aborts */
  async *view(signal: AbortSignal): AsyncGenerator<ChatChunk> {
    const wake = (): void => this.#wake();
    signal.addEventListener("abort", wake, { once: true });
    try {
      for (let at = 0; ; at++) {
        for (let chunk = this.#chunks[at]; ; chunk = this.#chunks[at]) {
          if (signal.aborted) throw new AppError("cancelled", "the caller went away");
          if (chunk !== undefined) {
            yield chunk;
            break;
          }
          if (this.#end?.error !== undefined) throw this.#end.error;
          if (this.#end !== undefined) return;
          await new Promise<void>((resolve) => this.#waiting.add(resolve));
        }
      }
    } finally {
      signal.removeEventListener("abort", wake);
    }
  }
}

/** A stream that was kept, as its pieces came. */
export async function* replayed(chunks: readonly ChatChunk[]): AsyncGenerator<ChatChunk> {
  yield* chunks;
}
