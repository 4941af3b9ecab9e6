import { type Context, Hono } from "hono";
import type { z } from "zod";
import type { Clock } from "../core/clock.ts";
import { AppError } from "../core/errors.ts";
import { actorOf, type Keys, type Principal } from "../identity/keys.ts";
import { checked } from "../models/check.ts";
import type { Operation } from "./operation.ts";
import { problemResponse, type ReportError } from "./problem.ts";
import type { RateLimits } from "./rate-limit.ts";
import { readJsonBody } from "./read-body.ts";
import { requestIdOf } from "./request-id.ts";

export interface AppServices {
  readonly keys: Keys;
  readonly rateLimits: RateLimits;
  readonly clock: Clock;
  readonly reportError: ReportError;
  /** One call for each answered request. */
  observe?(request: {
    operation: string;
    method: string;
    status: number;
    seconds: number;
    requestId: string;
    tenant?: string;
  }): void;
}

/** The application: each operation behind authentication, limits and parsing. No rule of the business lives here. */
export function createApp(operations: readonly Operation[], services: AppServices): Hono {
  const app = new Hono();
  for (const operation of operations) {
    app.on(operation.method.toUpperCase(), routePattern(operation.path), (context) =>
      answer(operation, context, services),
    );
  }
  const methodsOf = allowedMethods(operations);
  app.notFound((context) => {
    const allow = methodsOf(context.req.path);
    const { method, path } = context.req;
    const error =
      allow === undefined
        ? new AppError("not-found", `there is no ${path} here; /docs lists what there is`)
        : new AppError("method-not-allowed", `${method} ${path}: use ${allow}`, { details: { allow } });
    return problemResponse(error, requestIdOf(context.req.raw.headers), services.reportError);
  });
  app.onError((error, context) => problemResponse(error, requestIdOf(context.req.raw.headers), services.reportError));
  return app;
}

async function answer(operation: Operation, context: Context, services: AppServices): Promise<Response> {
  const startedAt = performance.now();
  const { req } = context;
  const requestId = requestIdOf(req.raw.headers);
  let principal: Principal | undefined;
  let response: Response;
  try {
    let rateHeaders: Readonly<Record<string, string>> = {};
    if (operation.scope !== "anyone") {
      principal = await authenticate(context, services);
      rateHeaders = await services.rateLimits.take(principal.keyId);
      if (!principal.scopes.has(operation.scope)) {
        throw new AppError(
          "forbidden",
          `this needs the scope ${operation.scope}, which the key '${principal.name}' does not hold`,
        );
      }
    }
    response = await operation.handle({
      principal: principal ?? NOBODY,
      params: paramsOf(operation, context),
      query: operation.query && queryOf(operation.query, context),
      body: operation.body && checked(operation.body, await readJsonBody(req.raw), "body"),
      requestId,
      origin: { actor: actorOf(principal ?? NOBODY), requestId },
      header: (name) => req.header(name),
      signal: req.raw.signal,
      request: req.raw,
    });
    response.headers.set("x-request-id", requestId);
    for (const name in rateHeaders) response.headers.set(name, rateHeaders[name] ?? "");
  } catch (error) {
    response = problemResponse(error, requestId, services.reportError);
  }
  services.observe?.({
    operation: operation.id,
    method: req.method,
    status: response.status,
    seconds: (performance.now() - startedAt) / 1000,
    requestId,
    ...(principal && { tenant: principal.tenant }),
  });
  return response;
}

/** Who an operation without a key is done by; it holds no scope. */
const NOBODY = {
  tenant: "" as Principal["tenant"],
  ...{ keyId: "anyone", name: "anyone", owner: "anyone", role: "auditor", scopes: new Set<never>() },
} as const satisfies Principal;

async function authenticate(context: Context, { keys, rateLimits }: AppServices): Promise<Principal> {
  const token = /^Bearer +([\x21-\x7e]+) *$/i.exec(context.req.header("authorization") ?? "")?.[1];
  try {
    if (token === undefined) {
      throw new AppError("unauthenticated", "Authorization: expected 'Bearer kf_…', an API key of this service");
    }
    return keys.authenticate(token);
  } catch (error) {
    await rateLimits.countFailure(addressOf(context));
    throw error;
  }
}

function addressOf(context: Context): string {
  const { incoming } = context.env as { incoming?: { socket: { remoteAddress?: string } } };
  return incoming?.socket.remoteAddress ?? "";
}

/** `/v1/jobs/{id}:cancel` → `/v1/jobs/:id{[^/:]+:cancel}`: Hono's parameters end at a slash only. `{rest}` takes slashes too. */
function routePattern(path: string): string {
  return path.replace(/\{(\w+)\}(:[a-z-]+)?/g, (_, name, verb) => `:${name}{${charactersOf(name)}${verb ?? ""}}`);
}

function charactersOf(parameter: string): string {
  return parameter === "rest" ? ".+" : "[^/:]+";
}

function paramsOf({ path }: Operation, context: Context): Record<string, string> {
  const params: Record<string, string> = {};
  for (const [, name = "", verb = ""] of path.matchAll(/\{(\w+)\}(:[a-z-]+)?/g)) {
    const value = context.req.param(name) ?? "";
    params[name] = verb === "" ? value : value.slice(0, -verb.length);
  }
  return params;
}

function queryOf(schema: z.ZodType, context: Context): unknown {
  const all = context.req.queries();
  const twice = Object.keys(all).find((name) => (all[name]?.length ?? 0) > 1);
  if (twice !== undefined) throw new AppError("invalid-input", `query.${twice}: given more than once`);
  return checked(schema, context.req.query(), "query");
}

/** The `Allow` header of a path that some operation has. */
function allowedMethods(operations: readonly Operation[]): (path: string) => string | undefined {
  const patterns = new Map<string, { pattern: RegExp; methods: Set<string> }>();
  for (const { path, method } of operations) {
    const known = patterns.get(path) ?? {
      pattern: new RegExp(`^${path.replace(/[.]/g, "\\.").replace(/\{(\w+)\}/g, (_, name) => charactersOf(name))}$`),
      methods: new Set(),
    };
    known.methods.add(method.toUpperCase());
    patterns.set(path, known);
  }
  return (path) => {
    const found = [...patterns.values()].filter(({ pattern }) => pattern.test(path));
    const methods = found.flatMap(({ methods }) => [...methods]);
    return methods.length === 0 ? undefined : [...new Set(methods)].sort().join(", ");
  };
}
