import { AppError, messageOf } from "../core/errors.ts";
import { errorOf } from "./problem.ts";
import { cancelled, type Patience, withRetries } from "./retry.ts";

export interface CallOptions {
  /** Ends the call with `cancelled`; what the service has accepted goes on. */
  signal?: AbortSignal | undefined;
}

export interface Request extends CallOptions {
  method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Below the service's URL: `v1/jobs`. */
  path: string;
  query?: Readonly<Record<string, string | number | undefined>>;
  headers?: Readonly<Record<string, string | undefined>>;
  /** Sent as JSON. */
  body?: unknown;
  /** Sending it twice does what sending it once does; `true` for GET and PUT. */
  repeatable?: boolean;
  /** How long the service may take on purpose, besides the time that any answer may take. */
  waitMs?: number;
}

export interface Transport {
  readonly patience: Patience;
  /** That any answer, and any sign of life of a stream, may take. */
  readonly timeoutMs: number;
  /** What `take` reads of the answer, which is 2xx. @throws {AppError} what the service says, or `provider-unavailable` */
  read<T>(request: Request, take: (response: Response) => Promise<T>): Promise<T>;
  /** The JSON of the answer. */
  json<T>(request: Request): Promise<T>;
  /** One try of a stream: no time limit on it, and no second try. */
  open(request: Request): Promise<Response>;
}

export interface TransportOptions {
  url: string;
  apiKey?: string | undefined;
  fetch: typeof globalThis.fetch;
  /** For the head of an answer. */
  timeoutMs: number;
  patience: Patience;
}

/** @throws {AppError} `invalid-input` for a URL that is none */
export function createTransport({ url, apiKey, fetch, timeoutMs, patience }: TransportOptions): Transport {
  const base = baseUrl(url);

  async function open(request: Request, signal = request.signal): Promise<Response> {
    const { method = "GET", path, query = {}, headers = {}, body } = request;
    const target = new URL(path, base);
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) target.searchParams.set(name, String(value));
    }
    const sent = new Headers({ accept: "application/json" });
    if (apiKey !== undefined) sent.set("authorization", `Bearer ${apiKey}`);
    if (body !== undefined) sent.set("content-type", "application/json");
    for (const [name, value] of Object.entries(headers)) if (value !== undefined) sent.set(name, value);
    let response: Response;
    try {
      const text = body === undefined ? null : typeof body === "string" ? body : JSON.stringify(body);
      response = await fetch(target, { method, headers: sent, body: text, signal: signal ?? null, redirect: "error" });
    } catch (cause) {
      throw failureOf(cause, request.signal, base);
    }
    if (!response.ok) throw await errorOf(response);
    return response;
  }

  async function once<T>(request: Request, take: (response: Response) => Promise<T>): Promise<T> {
    const limit = AbortSignal.timeout(timeoutMs + (request.waitMs ?? 0));
    const response = await open(request, request.signal ? AbortSignal.any([request.signal, limit]) : limit);
    try {
      return await take(response);
    } catch (cause) {
      // The connection ended within the body, or the time did; a body that is no JSON comes from something in between.
      throw failureOf(cause, request.signal, base);
    }
  }

  function read<T>(request: Request, take: (response: Response) => Promise<T>): Promise<T> {
    const { method = "GET", repeatable = method === "GET" || method === "PUT", signal } = request;
    return repeatable ? withRetries(patience, signal, () => once(request, take)) : once(request, take);
  }

  return {
    ...{ patience, timeoutMs, open, read },
    json: <T>(request: Request) => read(request, async (response) => (await response.json()) as T),
  };
}

function baseUrl(url: string): URL {
  let base: URL;
  try {
    base = new URL(url);
  } catch (cause) {
    throw new AppError("invalid-input", `url '${url}': expected http://HOST:PORT or https://HOST`, { cause });
  }
  if (!/^https?:$/.test(base.protocol)) {
    throw new AppError("invalid-input", `url '${url}': expected http or https, not ${base.protocol}`);
  }
  if (base.username || base.password) {
    throw new AppError("invalid-input", "url: leave out user and password; the API key goes into apiKey");
  }
  if (!base.pathname.endsWith("/")) base.pathname += "/";
  base.search = base.hash = "";
  return base;
}

/** What `fetch` threw, in words: its own say `fetch failed` and hide the reason in their cause. */
export function failureOf(cause: unknown, signal: AbortSignal | undefined, base: URL | string): AppError {
  if (cause instanceof AppError) return cause;
  if (signal?.aborted) return cancelled(signal);
  const reason =
    cause instanceof Error && cause.name === "TimeoutError"
      ? "no answer in time"
      : messageOf(cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause);
  return new AppError(
    "provider-unavailable",
    `${base} cannot be reached: ${reason}; is it running, and is the URL right?`,
    {
      cause,
    },
  );
}

/** Names stand in paths as they are in no URL: `job_…` does, whatever else someone passes does not. */
export function segment(id: string): string {
  return encodeURIComponent(id);
}

/** For answers whose status says it all; the body is read, so that the connection serves the next request. */
export async function nothing(response: Response): Promise<void> {
  await response.arrayBuffer();
}
