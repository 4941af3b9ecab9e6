import type { HttpBindings } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { type Context, Hono } from "hono";
import { cors } from "hono/cors";
import type * as z from "zod";
import type { Clock } from "../core/clock.ts";
import { AppError, type ErrorCode, toErrorInfo } from "../core/errors.ts";
import { actorOf, type Principal } from "../identity/keys.ts";
import { checked } from "../models/check.ts";
import { type ObservedRequest, UNMATCHED } from "../telemetry/request.ts";
import { type AuthServices, authenticate, bearerToken, requireScope } from "./authenticate.ts";
import { HttpCall } from "./http-call.ts";
import { type RequestReader, requestReader } from "./node-request.ts";
import { openAiErrorReply } from "./openai-errors.ts";
import type { LiveReply, Operation, Reply } from "./operation.ts";
import { problemReply } from "./problem.ts";
import { readJsonBody } from "./read-body.ts";
import { requestIdOf } from "./request-id.ts";

export interface AppServices extends AuthServices {
  readonly clock: Clock;
  /** Web origins whose pages may call the API; `*`: all. None by default. */
  readonly corsOrigins?: readonly string[] | undefined;
  /** What no caller is told in full. */
  reportError(error: unknown, request: RequestFacts): void;
  /** One call for each answered request. */
  observe?(request: ObservedRequest): void;
}

type RequestFacts = Pick<ObservedRequest, "requestId" | "operation" | "tenant" | "keyId">;

/** The application: each operation behind authentication, limits and parsing. No rule of the business lives here. */
export function createApp(operations: readonly Operation[], services: AppServices): Hono {
  const app = new Hono();
  const { corsOrigins = [] } = services;
  if (corsOrigins.length > 0) {
    const share = cors(corsOptions(corsOrigins));
    // OPTIONS that is no preflight asks for the methods, which the middleware would not name.
    app.use(async (context, next) => {
      const { method } = context.req;
      if (method === "OPTIONS" && context.req.header("access-control-request-method") === undefined) return next();
      return share(context, next);
    });
  }
  for (const operation of operations) {
    const paramsOf = paramReader(operation.path);
    app.on(operation.method.toUpperCase(), routePattern(operation.path), (context) =>
      answer(operation, paramsOf, context, services),
    );
  }
  const methodsOf = allowedMethods(operations);
  app.notFound((context) => {
    const allow = methodsOf(context.req.path);
    const { method, path } = context.req;
    if (method === "OPTIONS" && allow !== undefined) return new Response(null, { status: 204, headers: { allow } });
    const error =
      allow === undefined
        ? new AppError("not-found", `there is no ${path} here; /docs lists what there is`)
        : new AppError("method-not-allowed", `${method} ${path}: use ${allow}`, { details: { allow } });
    return refusal(error, context, services);
  });
  app.onError((error, context) => refusal(error, context, services));
  return app;
}

/** @throws {AppError} `invalid-input` for what is no origin */
function corsOptions(origins: readonly string[]): NonNullable<Parameters<typeof cors>[0]> {
  for (const origin of origins) {
    if (origin === "*" || (URL.canParse(origin) && new URL(origin).origin === origin)) continue;
    throw new AppError(
      "invalid-input",
      `corsOrigins: '${origin}' is no origin; write such as https://lab.example, or *`,
    );
  }
  return {
    origin: origins.includes("*") ? "*" : [...origins],
    allowMethods: ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"],
    allowHeaders: [
      ...["Authorization", "Content-Type", "Accept", "Idempotency-Key", "Prefer", "Cache-Control", "Last-Event-ID"],
      ...["X-Request-Id", "traceparent"],
    ],
    exposeHeaders: [
      ...["Location", "Retry-After", "Preference-Applied", "X-Request-Id", "RateLimit", "RateLimit-Policy"],
      "Content-Disposition",
    ],
    maxAge: 600,
  };
}

/** Answers what did not come to an operation. */
function refusal(error: unknown, context: Context, { reportError, observe }: AppServices): Response {
  const requestId = requestIdOf(requestReader(context).header);
  const facts = { requestId, operation: UNMATCHED };
  const reply = problemReply(error, requestId, (fault) => reportError(fault, facts));
  observe?.({ ...facts, method: context.req.method, code: toErrorInfo(error).code, reply });
  return finished(reply, { "x-request-id": requestId });
}

/** The one place where an answer becomes a `Response`, with all of its headers at once. */
function finished(answer: Reply | Response, headers: Readonly<Record<string, string>>): Response {
  if (!(answer instanceof Response)) {
    const { status, body } = answer;
    return new Response(body as BodyInit | null, { status, headers: { ...answer.headers, ...headers } });
  }
  for (const name in headers) answer.headers.set(name, headers[name] ?? "");
  return answer;
}

async function answer(
  operation: Operation,
  paramsOf: ReturnType<typeof paramReader>,
  context: Context,
  services: AppServices,
): Promise<Response> {
  const startedAt = performance.now();
  const { req } = context;
  const request = requestReader(context);
  const requestId = requestIdOf(request.header);
  let principal: Principal | undefined;
  let reply: Reply | LiveReply | Response;
  let code: ErrorCode | undefined;
  let rateHeaders: Readonly<Record<string, string>> = {};
  try {
    if (operation.scope !== "anyone" && !(operation.openToLoopback && isFromLoopback(request))) {
      principal = await authenticate(bearerToken(request.header("authorization")), request.address, services);
      rateHeaders = await services.rateLimits.take(principal.keyId);
      requireScope(principal, operation.scope);
    }
    const parsed = {
      principal: principal ?? NOBODY,
      params: checkedParams(operation, paramsOf(context)),
      query: operation.query && queryOf(operation.query, context),
      body: operation.body && checked(operation.body, await readJsonBody(request), "body"),
      requestId,
      origin: { actor: actorOf(principal ?? NOBODY), requestId },
    };
    reply = await operation.handle(new HttpCall(parsed, request, context));
  } catch (error) {
    const { tenant, keyId } = principal ?? {};
    const facts = { requestId, operation: operation.id, tenant, keyId };
    const errorReply = operation.errors === "openai" ? openAiErrorReply : problemReply;
    reply = errorReply(error, requestId, (fault) => services.reportError(fault, facts));
    ({ code } = toErrorInfo(error));
  }
  services.observe?.({
    operation: operation.id,
    method: req.method,
    seconds: (performance.now() - startedAt) / 1000,
    requestId,
    tenant: principal?.tenant,
    keyId: principal?.keyId,
    code,
    reply,
  });
  const headers = { ...rateHeaders, "x-request-id": requestId };
  if ("send" in reply) {
    // What the CORS middleware has set so far: this answer does not go through its hands.
    const shared = services.corsOrigins?.length ? Object.fromEntries(context.res.headers) : {};
    reply.send((context.env as HttpBindings).outgoing, { ...shared, vary: "Origin", ...headers });
    return RESPONSE_ALREADY_SENT;
  }
  return finished(reply, headers);
}

/** Who an operation without a key is done by; it holds no scope. */
const NOBODY = {
  tenant: "" as Principal["tenant"],
  ...{ keyId: "anyone", name: "anyone", owner: "anyone", role: "auditor", scopes: new Set<never>() },
} as const satisfies Principal;

/** A reverse proxy on this machine connects from here too, so what it says to have forwarded does not count. */
function isFromLoopback({ header, address }: RequestReader): boolean {
  if (["x-forwarded-for", "forwarded", "via"].some((name) => header(name) !== undefined)) return false;
  return /^(?:127\.[\d.]+|::1|::ffff:127\.[\d.]+)$/.test(address);
}

/** `/v1/jobs/{id}:cancel` → `/v1/jobs/:id{[^/:]+:cancel}`: Hono's parameters end at a slash only. `{rest}` takes slashes too. */
function routePattern(path: string): string {
  return path.replace(/\{(\w+)\}(:[a-z-]+)?/g, (_, name, verb) => `:${name}{${charactersOf(name)}${verb ?? ""}}`);
}

function charactersOf(parameter: string): string {
  return parameter === "rest" ? ".+" : "[^/:]+";
}

/** The parameters of a path template, without the verb that Hono takes for a part of the last one. */
function paramReader(path: string): (context: Context) => Record<string, string> {
  const named = [...path.matchAll(/\{(\w+)\}(:[a-z-]+)?/g)].map(([, name = "", verb = ""]) => ({ name, verb }));
  if (named.length === 0) return () => NO_PARAMS;
  return ({ req }) =>
    Object.fromEntries(
      named.map(({ name, verb }) => {
        const value = req.param(name) ?? "";
        return [name, verb === "" ? value : value.slice(0, -verb.length)];
      }),
    );
}

const NO_PARAMS: Record<string, string> = {};

function checkedParams(
  { pathParameters }: Operation,
  params: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  if (pathParameters === undefined) return params;
  for (const [name, schema] of Object.entries(pathParameters)) checked(schema, params[name], name);
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
    if (methods.length === 0) return undefined;
    const head = methods.includes("GET") ? ["HEAD"] : [];
    return [...new Set([...methods, ...head, "OPTIONS"])].sort().join(", ");
  };
}
