import { onTestFinished } from "vitest";
import type { TenantId } from "../../ts/core/ids.ts";
import { OpenAiError } from "../../ts/http/openai-errors.ts";
import type { Operation, ResponseDoc } from "../../ts/http/operation.ts";
import { PROBLEM_TYPE, Problem } from "../../ts/http/problem.ts";
import { principalOf } from "../../ts/identity/keys.ts";
import { type CreateKey, ROLES, type Role, SCOPES } from "../../ts/models/access.ts";
import type { DataPlace } from "../../ts/service/data-folder.ts";
import { openService, type Service, type ServiceOptions } from "../../ts/service/http-service.ts";
import { type Access, ORIGIN, openAccess, START } from "../identity/fixtures.ts";
import { createFolders } from "../jobs/fixtures.ts";

export const ADMIN_KEY = "kf_test_admin_key_0123456789";

/** vitest does not transform what threads run: they take the built file. */
const workerUrl = new URL("../../dist/workers/worker.js", import.meta.url);

export interface TestService extends Service {
  /** For another service over the same data. */
  readonly place: Required<DataPlace>;
  /** Errors that the service reported; what a caller did wrong is none. */
  readonly reported: unknown[];
  /** @param target path with query */
  call(method: string, target: string, request?: CallOptions): Promise<Answer>;
  operation(id: string): Operation;
  /** Closes the service and leaves its folders until `close`. */
  stop(): Promise<void>;
}

export interface CallOptions {
  readonly token?: string | undefined;
  /** Sent as JSON, a string or bytes as they are. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** The answer does not end by itself: only its head is read. */
  readonly isStream?: boolean | undefined;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The parsed text, where it is JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every operation
  readonly body: any;
}

/**
 * A service on a free port, closed after the test or by its `close`.
 *
 * @param prepare fills the data folder before the service opens it, at a time that has passed
 */
export async function openTestService(
  change: Partial<ServiceOptions> = {},
  prepare?: (access: Access) => Promise<void>,
): Promise<TestService> {
  const folders = createFolders();
  const {
    dataDir = folders.next(),
    environment = { XDG_STATE_HOME: folders.next(), XDG_CONFIG_HOME: folders.next() },
  } = change;
  if (prepare !== undefined) {
    const access = await openAccess(dataDir);
    await prepare(access);
    access.close();
  }
  const reported: unknown[] = [];
  const service = await openService({
    ...{ port: 0, trustLog: false, adminKey: ADMIN_KEY, version: "0.0.0-test", workerUrl },
    onError: (error) => void reported.push(error),
    ...{ ...change, dataDir, environment },
    limits: { failedAuthenticationsPerMinute: 1_000_000, ...change.limits },
  });
  let closing: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    closing ??= service.close();
    return closing;
  };
  return {
    ...service,
    ...{ place: { dataDir, environment }, reported, stop, close: () => stop().finally(() => folders.clean()) },
    call: (method, target, options) => send(service.url, method, target, options),
    operation(id) {
      const found = service.operations.find((each) => each.id === id);
      if (found === undefined) throw new Error(`there is no operation ${id}`);
      return found;
    },
  };
}

/** As {@link openTestService}, closed when the test ends. */
export async function serviceOfTest(change: Partial<ServiceOptions> = {}): Promise<TestService> {
  const service = await openTestService(change);
  onTestFinished(() => service.close());
  return service;
}

/** The body of an answer that has to be a good one. */
export async function bodyOf(answer: Promise<Answer>): Promise<Answer["body"]> {
  const { status, text, body } = await answer;
  if (status >= 300) throw new Error(`${status} ${text}`);
  return body;
}

async function send(url: string, method: string, target: string, options: CallOptions = {}): Promise<Answer> {
  const { token = ADMIN_KEY, body, headers } = options;
  const isRaw = typeof body === "string" || body instanceof Uint8Array;
  const response = await fetch(`${url}${target}`, {
    method,
    headers: {
      ...(token !== "" && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { "content-type": "application/json" }),
      ...headers,
    },
    ...(body !== undefined && { body: isRaw ? (body as string) : JSON.stringify(body) }),
    redirect: "manual",
  });
  if (options.isStream) await response.body?.cancel();
  const text = options.isStream ? "" : await response.text();
  const isJson = /json\b(?!-seq)/.test(response.headers.get("content-type") ?? "") && !text.includes("}\n{");
  return {
    status: response.status,
    headers: response.headers,
    text,
    body: isJson && text !== "" ? JSON.parse(text) : undefined,
  };
}

/** The answers that every operation has, besides its own: those of the shell. */
const SHELL = [401, 403, 429, 500, 503, 507];

/** What is wrong with an answer by the operation's own description; empty for one that conforms. */
export function faultsOf(operation: Operation, answer: Answer): string[] {
  const { status, headers, text, body } = answer;
  const type = headers.get("content-type");
  const place = `${operation.id} ${status}`;
  const faults: string[] = [];
  if (headers.get("x-request-id") === null) faults.push(`${place}: no X-Request-Id`);
  const doc: ResponseDoc | undefined = operation.responses[status];
  if (doc === undefined && !SHELL.includes(status))
    return [...faults, `${place}: is not described (${text.slice(0, 200)})`];
  if (status >= 400) {
    if (operation.errors === "openai") {
      const error = OpenAiError.safeParse(body);
      if (!error.success) return [...faults, `${place}: ${error.error.message}`];
      const isDescribed = doc === undefined || doc.description.includes(error.data.error.code);
      return isDescribed ? faults : [...faults, `${place}: ${error.data.error.code} is not described`];
    }
    if (type !== PROBLEM_TYPE) return [...faults, `${place}: ${type} is no problem`];
    const problem = Problem.safeParse(body);
    if (!problem.success) return [...faults, `${place}: ${problem.error.message}`];
    if (problem.data.status !== status) faults.push(`${place}: its body says ${problem.data.status}`);
    if (problem.data.requestId !== headers.get("x-request-id")) faults.push(`${place}: two request ids`);
    if (doc !== undefined && !doc.description.includes(problem.data.code))
      faults.push(`${place}: ${problem.data.code} is not described`);
    return faults;
  }
  const expected = doc?.contentType ?? (doc?.schema && "application/json");
  const types = [...(expected === undefined ? [] : [expected]), ...Object.keys(doc?.otherTypes ?? {})];
  if (types.length === 0) return text === "" ? faults : [...faults, `${place}: has a body`];
  if (type === null || !types.includes(type)) return [...faults, `${place}: ${type} is none of ${types.join(", ")}`];
  if (text === "" && type === "text/event-stream") return faults;
  const schema = type === expected ? doc?.schema : doc?.otherTypes?.[type];
  const values =
    type === "application/x-ndjson"
      ? text
          .trim()
          .split("\n")
          .filter((line) => line !== "")
          .map((line) => JSON.parse(line))
      : type === "text/event-stream"
        ? framesOf(text)
        : [body];
  for (const value of schema ? values : []) {
    const parsed = schema?.safeParse(value);
    if (parsed?.success === false) faults.push(`${place}: ${parsed.error.message}`);
  }
  return faults;
}

/** Those of a whole event stream that carry data, their fields as texts. */
function framesOf(text: string): Record<string, string>[] {
  const fields = (frame: string): [string, string][] =>
    frame.split("\n").map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 2)]);
  return text
    .split("\n\n")
    .filter((frame) => /^data:/m.test(frame))
    .map((frame) => Object.fromEntries(fields(frame)));
}

/** Makes keys of a tenant in the past, so that they can have expired, whatever the clock of the machine says. */
export async function makeKey(
  { keys }: Access,
  tenant: string,
  role: Role,
  change: Partial<CreateKey> = {},
): Promise<{ id: string; token: string }> {
  const id = tenant as TenantId;
  const everything = principalOf({
    ...{ id: "key_maker", tenant: id, name: "maker", owner: "maker", role: ROLES[0], scopes: SCOPES },
    ...{ createdAt: START, expiresAt: null, revokedAt: null, replaces: null },
  });
  const made = await keys.create(id, { name: `${tenant} ${role}`, role, ...change }, everything, ORIGIN);
  return { id: made.id, token: made.key };
}
