import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { AuditEvent } from "../../ts/audit/event.ts";
import { newEventId, newJobId, type TenantId } from "../../ts/core/ids.ts";
import type { Operation } from "../../ts/http/operation.ts";
import { SCOPES, type Scope } from "../../ts/models/access.ts";
import { type MockUpstream, mockUpstream } from "../chat/mock-upstream.ts";
import { openAccess } from "../identity/fixtures.ts";
import {
  CASES,
  decision,
  experiment,
  type Ids,
  POLICY_OF_CASES,
  provider,
  router,
  SHARED_PARAMETERS,
  STORES_NOTHING,
  submit,
  type TenantWorld,
} from "./cases.ts";
import {
  ADMIN_KEY,
  type Answer,
  type CallOptions,
  faultsOf,
  makeKey,
  openTestService,
  type TestService,
} from "./service.ts";

let upstream: MockUpstream;
let service: TestService;
let alpha: TenantWorld;
let beta: TenantWorld;
/** Of alpha: ids of what it has. */
let idsOfAlpha: Ids;
let idsOfBeta: Ids;
let expired: string;
let revoked: string;
const without = new Map<Scope, string>();

beforeAll(async () => {
  const tokens = new Map<string, string>();
  upstream = await mockUpstream();
  service = await openTestService({ modelOrigins: [upstream.url] }, async (access) => {
    for (const id of ["alpha-canary", "beta"]) {
      await access.tenants.create({ id }, { actor: { kind: "local", id: "test", role: "local" }, requestId: null });
      for (const person of ["ada", "bob"])
        tokens.set(`${id} ${person}`, (await makeKey(access, id, "operator", { owner: `${person}@${id}` })).token);
    }
    const [id] = ["alpha-canary"];
    expired = (await makeKey(access, id, "admin", { expiresAt: new Date(access.time.now + 1000).toISOString() })).token;
    const gone = await makeKey(access, id, "admin");
    revoked = gone.token;
    access.time.now += 1000;
    const by = access.keys.authenticate((await makeKey(access, id, "admin")).token);
    await access.keys.revoke(id as TenantId, gone.id, by, {
      actor: { kind: "local", id: "t", role: "t" },
      requestId: null,
    });
    for (const scope of SCOPES)
      without.set(
        scope,
        (await makeKey(access, id, "admin", { scopes: SCOPES.filter((each) => each !== scope) })).token,
      );
  });
  const world = (id: string, canary: string): TenantWorld => ({
    ...{ service, id, canary, upstream: upstream.url },
    ...{ token: tokens.get(`${id} ada`) ?? "", approverToken: tokens.get(`${id} bob`) ?? "" },
  });
  alpha = world("alpha-canary", `CANARY${randomBytes(8).toString("hex")}`);
  beta = world("beta", "nothing of beta is looked for");
  for (const each of [alpha, beta]) {
    const { token } = each;
    expect((await service.call("PUT", "/v1/policy", { token, body: POLICY_OF_CASES })).status).toBe(200);
  }
  idsOfAlpha = await idsOf(alpha);
  idsOfBeta = await idsOf(beta);
});
afterAll(async () => {
  await service?.close();
  await upstream?.close();
});

async function idsOf(world: TenantWorld): Promise<Ids> {
  const { token, id } = world;
  const { id: job, plan } = await submit(world, { target: "mock-qpu" });
  const { body: key } = await service.call("POST", "/v1/keys", { token, body: { name: world.canary, role: "member" } });
  const { body: audit } = await service.call("GET", "/v1/audit?limit=1", { token });
  const models = { ...(await provider(world)), ...(await router(world)) };
  const measured = { ...(await experiment(world)), ...(await decision(world)) };
  return {
    tenant: id,
    job,
    planHash: plan.planHash,
    key: key.id,
    event: audit.events[0].id,
    tile: "0/000",
    ...models,
    ...measured,
  };
}

/** Ids that nobody was ever given, as old and as long as those. */
function randomIds(): Ids {
  const now = Date.now();
  return {
    tenant: "alpha-nobody",
    job: newJobId(now),
    planHash: randomBytes(32).toString("hex"),
    key: `key_${"0123456789abcdefghjkmnpqrstvwxyz".slice(0, 16)}`,
    event: newEventId(now),
    tile: "0/000",
    router: randomBytes(32).toString("hex"),
    provider: `p${randomBytes(8).toString("hex")}`,
    model: `m${randomBytes(8).toString("hex")}`,
    experiment: `e${randomBytes(8).toString("hex")}`,
    decision: newEventId(now),
  };
}

const all = (): readonly Operation[] => service.operations;
const caseOf = ({ id }: Operation) => {
  const found = CASES[id];
  if (found === undefined) throw new Error(`operation ${id} has no case in test/http/cases.ts`);
  return found;
};
const conforms = (operation: Operation, answer: Answer): Answer => {
  expect(faultsOf(operation, answer)).toEqual([]);
  return answer;
};
const call = async (operation: Operation, { target, ...request }: { target: string } & CallOptions): Promise<Answer> =>
  conforms(operation, await service.call(operation.method.toUpperCase(), target, request));

/** Of a problem, or of an error in the shape of OpenAI's API. */
function errorOf({ errors }: Operation, { body }: Answer): { code: string; detail: string } {
  return errors === "openai" ? { code: body.error.code, detail: body.error.message } : body;
}

it("every operation has a case, and every case an operation", () => {
  expect(Object.keys(CASES).sort()).toEqual(
    all()
      .map(({ id }) => id)
      .sort(),
  );
});

it("every operation describes the refusals that its path, its query and its body make possible", () => {
  for (const { id, path, query, body, bodyDoc, responses } of all()) {
    const missing = [
      ...(path.includes("{") && !responses[404] ? ["not-found"] : []),
      ...((query ?? body ?? bodyDoc) && !responses[400] ? ["invalid-input"] : []),
    ];
    expect(missing, `add ...problems("${missing.join('", "')}") to the responses of ${id}`).toEqual([]);
  }
});

it("every operation that writes names its audit event, or says why there is none; no other has one", () => {
  for (const { id, method, audit } of all()) {
    expect(audit !== undefined, id).toBe(method !== "get" && STORES_NOTHING[id] === undefined);
  }
});

describe("without the right to", () => {
  const closed = (): readonly Operation[] => all().filter(({ scope }) => scope !== "anyone");

  it.each([
    ["no key", () => ({ token: "" })],
    ["an expired key", () => ({ token: expired })],
    ["a revoked key", () => ({ token: revoked })],
    ["a key that never was", () => ({ token: `kf_0000000000000000_${"A".repeat(43)}` })],
    ["another scheme", () => ({ token: "", headers: { authorization: `Basic ${ADMIN_KEY}` } })],
    ["a key in the query", () => ({ token: "", query: `key=${ADMIN_KEY}` })],
  ])("%s: every operation answers 401 alike", async (_, options) => {
    const bodies = new Set<string>();
    for (const operation of closed()) {
      const { query, ...credentials }: CallOptions & { query?: string } = options();
      const { target, ...request } = caseOf(operation).request(idsOfAlpha, alpha);
      const address = query === undefined ? target : `${target}${target.includes("?") ? "&" : "?"}${query}`;
      const headers = { ...request.headers, ...credentials.headers };
      const answer = await call(operation, { target: address, ...request, ...credentials, headers, isStream: false });
      const { code, detail } = errorOf(operation, answer);
      expect([operation.id, answer.status, code]).toEqual([operation.id, 401, "unauthenticated"]);
      expect(answer.headers.get("www-authenticate")).toMatch(/^Bearer /);
      bodies.add(detail);
    }
    expect(bodies.size).toBe(1);
  });

  it("its scope: every operation answers 403, whatever else the key may do and whatever the ids are", async () => {
    for (const operation of closed()) {
      const token = without.get(operation.scope as Scope) ?? "";
      const { target, ...request } = caseOf(operation).request(idsOfAlpha, alpha);
      const answer = await call(operation, { target, ...request, token, isStream: false });
      expect([operation.id, answer.status]).toEqual([operation.id, 403]);
      expect(errorOf(operation, answer).detail).toContain(operation.scope);
    }
  });

  it("a body, too: who may not ask is told so before what is wrong with the body", async () => {
    for (const operation of closed().filter(({ body }) => body !== undefined)) {
      const { target } = caseOf(operation).request(idsOfAlpha, alpha);
      const answer = await call(operation, { target, body: "{", token: without.get(operation.scope as Scope) });
      expect([operation.id, answer.status]).toEqual([operation.id, 403]);
    }
  });
});

/** The answer without what may differ: the ids that were asked for, and the request's own. */
function masked({ status, headers, text }: Answer, ids: Ids): string {
  let body = text.replaceAll(headers.get("x-request-id") ?? "-", "REQUEST");
  for (const [name, id] of Object.entries(ids)) body = body.replaceAll(id, name.toUpperCase());
  const names = [...headers.keys()].filter((name) => name !== "date").sort();
  return JSON.stringify([status, names, body]);
}

describe("another tenant's ids", () => {
  it("answer in every operation as ids that were never given, and nothing of their tenant comes out", async () => {
    const looked: string[] = [];
    for (const operation of all()) {
      const { request } = caseOf(operation);
      const random = randomIds();
      const [foreign, never] = [request(idsOfAlpha, beta), request(random, beta)];
      const namesIds = JSON.stringify(foreign) !== JSON.stringify(never);
      if (/\{/.test(operation.path) && SHARED_PARAMETERS[operation.id] === undefined)
        expect(namesIds, `its case names no id; is it in SHARED_PARAMETERS? ${operation.id}`).toBe(true);
      if (!namesIds) continue;
      looked.push(operation.id);
      for (const token of [beta.token, beta.approverToken]) {
        const [theirs, nobodys] = [
          await call(operation, { ...foreign, token, isStream: false }),
          await call(operation, { ...never, token, isStream: false }),
        ];
        expect(masked(theirs, idsOfAlpha), operation.id).toBe(masked(nobodys, random));
        if (operation.path.includes("{")) expect([403, 404], operation.id).toContain(theirs.status);
        let rest = theirs.text;
        for (const id of Object.values(idsOfAlpha)) rest = rest.replaceAll(id, "");
        expect(rest, operation.id).not.toContain(alpha.canary);
        expect(rest, operation.id).not.toContain("alpha");
      }
    }
    expect(looked.length).toBeGreaterThan(15);
  });
});

describe("valid calls", () => {
  /** What each call left behind, looked for when all are done. */
  const asked = new Map<string, Operation>();

  it("are answered as described, and show a tenant nothing of another", async () => {
    for (const world of [alpha, beta]) {
      for (const operation of all()) {
        const { ready, request, after, status, by } = caseOf(operation);
        const ids = { ...(world === alpha ? idsOfAlpha : idsOfBeta), ...(await ready?.(world)) };
        const requestId = randomBytes(16).toString("hex");
        const token = { admin: ADMIN_KEY, anyone: "", approver: world.approverToken, operator: world.token }[
          by ?? "operator"
        ];
        const { target, ...given } = request(ids, world);
        const headers = { ...given.headers, "x-request-id": requestId };
        const answer = await call(operation, { target, ...given, token, headers });
        expect([operation.id, answer.status, answer.status === status ? "" : answer.text]).toEqual([
          operation.id,
          status,
          "",
        ]);
        expect(answer.headers.get("x-request-id")).toBe(requestId);
        asked.set(requestId, operation);
        await after?.(world, ids);
        if (world !== beta || by === "admin") continue;
        expect(answer.text, operation.id).not.toContain(alpha.canary);
        expect(answer.text, operation.id).not.toContain("alpha");
        expect(answer.text, operation.id).not.toContain(idsOfAlpha.job);
      }
      // A result in its other form, a batch as a stream, a head without its body.
      const { token } = world;
      const { id } = await submit(world, { constraints: { deadlineMs: 600_000 } }, { prefer: "wait=60" });
      const octets = await call(service.operation("getResult"), {
        ...{ target: `/v1/jobs/${id}/result`, token, headers: { accept: "application/octet-stream" } },
      });
      expect(octets.headers.get("content-type")).toBe("application/octet-stream");
      const lines = `${JSON.stringify({ type: "circuit", input: { format: "openqasm2", source: world.canary } })}\n\n{"type":\n`;
      const stream = await call(service.operation("submitBatch"), {
        ...{ target: "/v1/jobs:batch", token, body: lines, headers: { "content-type": "application/x-ndjson" } },
      });
      expect(
        stream.text
          .trim()
          .split("\n")
          .map((line) => Object.keys(JSON.parse(line))[0]),
      ).toEqual(["job", "error"]);
      const head = await service.call("HEAD", `/v1/jobs/${id}`, { token });
      expect([head.status, head.text]).toEqual([200, ""]);
    }
    expect(service.reported).toEqual([]);
  });

  it("leave their audit event in the transaction of what they did, and readings leave none", async () => {
    await service.stop();
    const { database } = await openAccess(service.place.dataDir);
    const rows = database.connection
      .prepare("select record from audit_events union all select record from audit_deeds")
      .all();
    database.close();
    const events = rows.map(({ record }) => JSON.parse(String(record)) as AuditEvent);
    expect(asked.size).toBeGreaterThan(2 * 30);
    for (const [requestId, { id, audit }] of asked) {
      const left = events.filter((each) => each.requestId === requestId);
      expect([id, ...left.map(({ action }) => action)]).toEqual([id, ...(audit === undefined ? [] : [audit])]);
      for (const { actor } of left) expect(actor.kind).toBe("key");
    }
  });
});
