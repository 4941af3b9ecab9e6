import type { HttpBindings } from "@hono/node-server";
import type { Context } from "hono";
import type { EventOrigin } from "../audit/new-event.ts";
import type { Principal } from "../identity/keys.ts";
import type { RequestReader } from "./node-request.ts";
import type { Call } from "./operation.ts";
import { readJsonBody } from "./read-body.ts";

/** What of a call is parsed already. */
type Parsed = Pick<Call<unknown, unknown>, "principal" | "params" | "query" | "body" | "requestId" | "origin">;

/** A call by HTTP. A class, because a literal with getters takes as long to make as the rest of the shell. */
export class HttpCall implements Call<unknown, unknown> {
  readonly principal: Principal;
  readonly params: Readonly<Record<string, string>>;
  readonly query: unknown;
  readonly body: unknown;
  readonly requestId: string;
  readonly origin: EventOrigin;
  readonly header: (name: string) => string | undefined;
  readonly readJson: () => Promise<unknown>;
  readonly #context: Context;

  constructor({ principal, params, query, body, requestId, origin }: Parsed, request: RequestReader, context: Context) {
    this.principal = principal;
    this.params = params;
    this.query = query;
    this.body = body;
    this.requestId = requestId;
    this.origin = origin;
    this.header = request.header;
    this.readJson = () => readJsonBody(request);
    this.#context = context;
  }

  /** Made when it is asked for: the request's own one builds the web's `Request`. */
  get signal(): AbortSignal {
    const { env, req } = this.#context;
    const { outgoing } = (env ?? {}) as Partial<HttpBindings>;
    if (outgoing === undefined) return req.raw.signal;
    const gone = new AbortController();
    const abort = (): void => {
      if (!outgoing.writableFinished) gone.abort();
    };
    if (outgoing.destroyed) abort();
    else outgoing.once("close", abort);
    return gone.signal;
  }

  get request(): Request {
    return this.#context.req.raw;
  }
}
