import type { ChatChunk, ChatCompletion, ChatRequest } from "../models/chat.ts";
import type { ModelEntry, ProviderKind, SetModelProvider } from "../models/model-provider.ts";

/** One model of one provider: what a call can be sent to. */
export interface ChatTarget {
  readonly provider: string;
  readonly kind: ProviderKind;
  readonly baseUrl: string;
  /** Its origin is one of the installation's own, so a private address is no fault. */
  readonly isOwn: boolean;
  /** Null where it has none; undefined where it cannot be opened any more. */
  readonly apiKey: string | null | undefined;
  readonly region: string;
  readonly maxDataClass: SetModelProvider["maxDataClass"];
  readonly timeoutMs: number;
  readonly retries: number;
  readonly model: ModelEntry;
}

/** What an adapter speaks: one protocol. */
export interface ChatAdapter {
  /** The first member of the request that this protocol has no word for; undefined: it can say all of it. */
  unsupported(request: ChatRequest): string | undefined;
  /** @throws {UpstreamFailure} */
  complete(target: ChatTarget, request: ChatRequest, signal: AbortSignal): Promise<ChatCompletion>;
  /**
   * Comes back with the first piece of the answer. The iteration ends only where the answer is whole, and throws where it breaks.
   *
   * @throws {UpstreamFailure}
   */
  stream(target: ChatTarget, request: ChatRequest, signal: AbortSignal): Promise<AsyncIterable<ChatChunk>>;
}

/** What became of an attempt that gave no answer. */
export type FailureKind =
  /** No connection, or one to an address that is not allowed. */
  | "unreachable"
  /** Nothing came for longer than the provider's `timeoutMs`. */
  | "silent"
  /** 429, or 503 with Retry-After. */
  | "busy"
  /** 5xx, or an answer that is none of the protocol. */
  | "failing"
  /** 401, 403, 404: the provider, its key or its model are not set up as they should be. */
  | "misconfigured"
  /** Any other 4xx: the request itself was refused, and would be again. */
  | "rejected"
  /** A stream that ended before the answer did. */
  | "broken";

/** @property words of the provider, for the caller alone: they may quote what was sent */
export class UpstreamFailure extends Error {
  readonly kind: FailureKind;
  readonly status: number | undefined;
  readonly retryAfterMs: number | undefined;
  readonly words: string | undefined;

  constructor(
    kind: FailureKind,
    details: { status?: number; retryAfterMs?: number | undefined; words?: string | undefined; cause?: unknown } = {},
  ) {
    super(`the model provider is ${kind}`, { cause: details.cause });
    this.name = "UpstreamFailure";
    this.kind = kind;
    this.status = details.status;
    this.retryAfterMs = details.retryAfterMs;
    this.words = details.words;
  }
}

/** What a status says. @param words see {@link UpstreamFailure} */
export function failureOfStatus(
  status: number,
  retryAfter: string | undefined,
  words: string | undefined,
  now: number,
): UpstreamFailure {
  const retryAfterMs = retryAfter === undefined ? undefined : parseRetryAfter(retryAfter, now);
  if (status === 429 || (status === 503 && retryAfterMs !== undefined))
    return new UpstreamFailure("busy", { status, retryAfterMs });
  if (status >= 500 || status === 408 || status < 400) return new UpstreamFailure("failing", { status, retryAfterMs });
  if ([401, 402, 403, 404].includes(status)) return new UpstreamFailure("misconfigured", { status });
  return new UpstreamFailure("rejected", { status, words });
}

/** Seconds or a date (RFC 9110, 10.2.3), in milliseconds from now. */
function parseRetryAfter(value: string, now: number): number | undefined {
  const ms = /^\d+(?:\.\d+)?$/.test(value) ? Number(value) * 1000 : Date.parse(value) - now;
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}
