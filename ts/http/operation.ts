import type { ServerResponse } from "node:http";
import type * as z from "zod";
import type { EventOrigin } from "../audit/new-event.ts";
import type { Principal } from "../identity/keys.ts";
import type { Scope } from "../models/access.ts";
import type { AuditAction } from "../models/audit.ts";

/** One request as an operation sees it: authenticated, in its limits, and with everything parsed. */
export interface Call<Query, Body> {
  readonly principal: Principal;
  /** Of the path template, such as `{id}`. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: Query;
  readonly body: Body;
  readonly requestId: string;
  /** For the audit event of what the operation does. */
  readonly origin: EventOrigin;
  header(name: string): string | undefined;
  /** Aborts when the client has gone. */
  readonly signal: AbortSignal;
  /** The unread request, for operations whose body is a stream. */
  readonly request: Request;
  /** The JSON body, for operations that look at its content type first. @throws {AppError} `invalid-input`, `too-large` */
  readJson(): Promise<unknown>;
}

/** The groups of operations, in the order of the document. */
export const TAGS = [
  { name: "jobs", description: "Submit, read and move jobs" },
  { name: "events", description: "What happens to jobs, live" },
  { name: "backends", description: "Where jobs can run" },
  { name: "models", description: "Language models: their providers, their router, and calls of them" },
  { name: "experiments", description: "Ways of routing calls or jobs, compared on them" },
  { name: "analytics", description: "What became of calls and jobs, over time" },
  { name: "policy", description: "The rules of a tenant" },
  { name: "keys", description: "API keys" },
  { name: "tenants", description: "Tenants and their quotas" },
  { name: "audit", description: "Who did what" },
  { name: "log", description: "The tamper-evident log, for everyone" },
  { name: "service", description: "Health, metrics and this document" },
] as const;

export interface ResponseDoc {
  readonly description: string;
  readonly schema?: z.ZodType;
  /** `application/json` where there is a schema, unless told. */
  readonly contentType?: string;
  /** Other content types of the same answer; null: bytes or text. */
  readonly otherTypes?: Readonly<Record<string, z.ZodType | null>>;
  readonly headers?: Readonly<Record<string, string>>;
}

interface Shape<Query, Body> {
  readonly method: "get" | "post" | "put" | "patch" | "delete";
  /** OpenAPI's template: `/v1/jobs/{id}:cancel`. */
  readonly path: string;
  readonly id: string;
  readonly tag: (typeof TAGS)[number]["name"];
  readonly summary: string;
  readonly description?: string;
  /** `anyone`: without a key. */
  readonly scope: Scope | "anyone";
  /** Answers programs of this machine without a key; what a proxy forwards is not from this machine. */
  readonly openToLoopback?: true;
  /** Its answer is a new job, whose id the operations on one job take. */
  readonly makesJob?: true;
  /** What it does is done over WebSocket, of which OpenAPI knows nothing: a plain request is refused. */
  readonly webSocket?: true;
  /** Its errors have the shape that clients of OpenAI's API read; problem+json otherwise. */
  readonly errors?: "openai";
  /** What a parameter of its path has to look like, where it names what is yet to be made: others are just not found. */
  readonly pathParameters?: Readonly<Record<string, z.ZodType<string>>>;
  readonly query?: z.ZodType<Query>;
  readonly body?: z.ZodType<Body>;
  /** Of an operation that reads its body itself: what each content type holds. */
  readonly bodyDoc?: Readonly<Record<string, z.ZodType>>;
  /** A body that it takes, for the documentation. */
  readonly example?: unknown;
  /** Headers that it reads, with their meaning. */
  readonly requestHeaders?: Readonly<Record<string, string>>;
  /** What it leaves in the audit trail; every operation that changes something has one. */
  readonly audit?: AuditAction;
  readonly responses: Readonly<Record<number, ResponseDoc>>;
  handle(call: Call<Query, Body>): Promise<Reply | LiveReply | Response> | Reply | LiveReply | Response;
}

/** An answer as data. A `Response` whose headers are touched is built in full, which costs as much as all of the shell. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array | null;
}

/** An answer that goes on until it ends: it writes itself on Node's response. */
export interface LiveReply {
  readonly status: 200;
  /** @param headers of the shell, beside its own */
  send(outgoing: ServerResponse, headers: Readonly<Record<string, string>>): void;
}

/** One operation of the API: what OpenAPI says of it, and what it does. */
export type Operation = Shape<unknown, unknown>;

/** Types the parsed query and body of `handle` by their schemas. */
export function operation<Query = undefined, Body = undefined>(shape: Shape<Query, Body>): Operation {
  return shape as Operation;
}

const JSON_HEADERS = { "content-type": "application/json", "cache-control": "no-store" } as const;

export function json(value: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): Reply {
  return { status, headers: { ...JSON_HEADERS, ...headers }, body: JSON.stringify(value) };
}
