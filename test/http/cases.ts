import { randomBytes } from "node:crypto";
import { routerOf } from "../chat/router-fixture.ts";
import { longCircuit } from "../e2e/long-circuit.ts";
import { BELL_BODY } from "../jobs/fixtures.ts";
import { type Answer, bodyOf, type CallOptions, type TestService } from "./service.ts";

/** Ids that requests name; each tenant has its own. */
export interface Ids {
  readonly tenant: string;
  readonly job: string;
  readonly planHash: string;
  readonly key: string;
  readonly event: string;
  /** One that has no router but those that were set. */
  readonly router: string;
  readonly provider: string;
  readonly model: string;
  readonly experiment: string;
  /** Of a model call. */
  readonly decision: string;
  /** Path of a tile of the log, which is one for all. */
  readonly tile: string;
}

/** A tenant with two people, as its operators use the service. */
export interface TenantWorld {
  readonly service: TestService;
  readonly id: string;
  /** Of whoever submits and decides. */
  readonly token: string;
  /** Of somebody else. */
  readonly approverToken: string;
  /** What only this tenant may ever read. */
  readonly canary: string;
  /** URL of a mock of a model provider. */
  readonly upstream: string;
}

export interface Case {
  /** Makes what a valid call needs, as new as it has to be. */
  ready?(world: TenantWorld): Promise<Partial<Ids>>;
  /** A valid call with these ids. */
  request(ids: Ids, world: Pick<TenantWorld, "canary" | "upstream">): { target: string } & Omit<CallOptions, "token">;
  /** Ends what a valid call began. */
  after?(world: TenantWorld, ids: Ids): Promise<void>;
  /** What a valid call answers. */
  readonly status: number;
  /** Who may call it; the tenant's operator where it is left out. */
  readonly by?: "admin" | "approver" | "anyone";
}

const BELL = { ...BELL_BODY, seed: undefined };

export async function submit(
  { service, token, canary }: TenantWorld,
  change = {},
  headers = {},
): Promise<Answer["body"]> {
  const body = { ...BELL, metadata: { note: canary }, ...change };
  return bodyOf(service.call("POST", "/v1/jobs", { token, body, headers }));
}

const ended = async (world: TenantWorld): Promise<Partial<Ids>> => ({
  job: (await submit(world, { constraints: { deadlineMs: 600_000 } }, { prefer: "wait=60" })).id,
});

async function planned(world: TenantWorld): Promise<{ job: string; planHash: string }> {
  const { id, plan } = await submit(world, { target: "mock-qpu" });
  return { job: id, planHash: plan.planHash };
}

async function awaiting(world: TenantWorld): Promise<Partial<Ids>> {
  const ids = await planned(world);
  const { service, token } = world;
  await bodyOf(service.call("POST", `/v1/jobs/${ids.job}:execute`, { token, body: { planHash: ids.planHash } }));
  return ids;
}

/** Runs for minutes, if nobody ends it. */
const long = async (world: TenantWorld): Promise<Partial<Ids>> => {
  const input = { format: "openqasm3", source: longCircuit(20, 400) };
  return { job: (await submit(world, { input, constraints: { deadlineMs: 600_000 } })).id };
};

async function paused(world: TenantWorld): Promise<Partial<Ids>> {
  const ids = await long(world);
  await bodyOf(world.service.call("POST", `/v1/jobs/${ids.job}:pause`, { token: world.token }));
  return ids;
}

async function cancelled(world: TenantWorld): Promise<Partial<Ids>> {
  const ids = await planned(world);
  await bodyOf(world.service.call("POST", `/v1/jobs/${ids.job}:cancel`, { token: world.token }));
  return ids;
}

const key = async ({ service, token, canary }: TenantWorld): Promise<Partial<Ids>> => ({
  key: (await bodyOf(service.call("POST", "/v1/keys", { token, body: { name: canary, role: "member" } }))).id,
});

const event = async ({ service, token }: TenantWorld): Promise<Partial<Ids>> => ({
  event: (await bodyOf(service.call("GET", "/v1/audit?limit=1", { token }))).events[0].id,
});

/** The newest one: its width is that of the signed head. */
const tile = async ({ service }: TenantWorld): Promise<Partial<Ids>> => {
  const { text } = await service.call("GET", "/log/checkpoint", { token: "" });
  const size = Number(text.split("\n")[1]);
  return { tile: size < 256 ? `entries/000.p/${size}` : "entries/000" };
};

const newTenant = async ({ service }: TenantWorld): Promise<Partial<Ids>> => ({
  tenant: (await bodyOf(service.call("POST", "/v1/tenants", { body: { id: `t${randomBytes(8).toString("hex")}` } })))
    .id,
});

const keyOfNewTenant = async (world: TenantWorld): Promise<Partial<Ids>> => {
  const { tenant } = await newTenant(world);
  const body = { name: "k", role: "member" };
  const { id } = await bodyOf(world.service.call("POST", `/v1/tenants/${tenant}/keys`, { body }));
  return { tenant: tenant ?? "", key: id };
};

/** A provider of a new name, with one model of that name, behind the mock. */
export const provider = async (world: TenantWorld): Promise<Pick<Ids, "provider" | "model">> => {
  const [name, model] = ["p", "m"].map((letter) => letter + randomBytes(8).toString("hex")) as [string, string];
  const { service, token } = world;
  await bodyOf(
    service.call("PUT", `/v1/model-providers/${name}`, {
      token,
      body: { ...providerBody(world), models: [modelOf(model)] },
    }),
  );
  return { provider: name, model };
};

const oneWord = (text: string): string => text.replaceAll(" ", "-");

const modelOf = (name: string) => ({
  ...{ name, contextTokens: 1000, maxOutputTokens: 100, price: { inputMicroUsd: 0, outputMicroUsd: 0 } },
});

const providerBody = ({ canary, upstream }: Pick<TenantWorld, "canary" | "upstream">) => ({
  ...{ kind: "openai-compatible", baseUrl: `${upstream}/v1`, apiKey: oneWord(canary) },
});

/** Each tenant's is another one: it names the tenant's own models. */
export const router = async ({ service, token, id }: TenantWorld): Promise<Pick<Ids, "router">> => {
  const body = routerOf([`${id}-small`, `${id}-large`]);
  return { router: (await bodyOf(service.call("PUT", "/v1/model-router", { token, body }))).contentHash };
};

const experimentBody = (name: string, calls: string) => ({
  ...{ name, calls, unit: "user", arms: [{ name: "today" }, { name: "cheap", route: { collapse: "cheapest" } }] },
});

/** A running experiment of a new name, for calls that nobody makes. */
export const experiment = async ({ service, token }: TenantWorld): Promise<Pick<Ids, "experiment">> => {
  const name = `e${randomBytes(8).toString("hex")}`;
  const body = experimentBody(name, `${name}-model`);
  return { experiment: (await bodyOf(service.call("POST", "/v1/experiments", { token, body }))).name };
};

/** A model call that was answered. */
export const decision = async (world: TenantWorld): Promise<Pick<Ids, "decision">> => {
  const { model } = await provider(world);
  const body = { model, messages: [{ role: "user", content: world.canary }], max_tokens: 10 };
  const { service, token } = world;
  return { decision: (await bodyOf(service.call("POST", "/v1/chat/completions", { token, body }))).ketflow.decision };
};

const get = (target: (ids: Ids) => string, status = 200, ready?: Case["ready"]): Case => ({
  ...{ request: (ids) => ({ target: target(ids) }), status },
  ...(ready && { ready }),
});

const move = (verb: string, ready: Case["ready"], status: number): Case =>
  get(({ job }) => `/v1/jobs/${job}:${verb}`, status, ready);

/** Jobs on the mock QPU wait for a second person; calls of models may not have to. */
export const POLICY_OF_CASES = {
  approvals: [{ when: { backends: ["mock-qpu"] }, approvers: 1 }],
  deadlines: { quantumMs: null },
};

/** A valid call of every operation; test/http/operations.test.ts fails for an operation without one. */
export const CASES: Readonly<Record<string, Case>> = {
  submitJob: {
    request: (_, { canary }) => ({ target: "/v1/jobs", body: { ...BELL, metadata: { note: canary } } }),
    status: 202,
  },
  submitBatch: {
    request: (_, { canary }) => ({
      target: "/v1/jobs:batch",
      body: { jobs: [{ ...BELL, metadata: { note: canary } }, { type: "circuit" }] },
    }),
    status: 200,
  },
  listJobs: get(({ job }) => `/v1/jobs?limit=20&status=succeeded&cursor=${job}`, 200, ended),
  getJob: get(({ job }) => `/v1/jobs/${job}`, 200, ended),
  deleteJob: get(({ job }) => `/v1/jobs/${job}`, 204, ended),
  getResult: get(({ job }) => `/v1/jobs/${job}/result`, 200, ended),
  getReceipt: get(({ job }) => `/v1/jobs/${job}/receipt`, 200, ended),
  executeJob: {
    ready: planned,
    request: ({ job, planHash }) => ({ target: `/v1/jobs/${job}:execute`, body: { planHash } }),
    status: 202,
  },
  approveJob: { ...move("approve", awaiting, 202), by: "approver" },
  cancelJob: move("cancel", planned, 200),
  retryJob: move("retry", cancelled, 202),
  pauseJob: move("pause", long, 202),
  resumeJob: {
    ...move("resume", paused, 202),
    async after({ service, token }, { job }) {
      await bodyOf(service.call("POST", `/v1/jobs/${job}:cancel`, { token }));
    },
  },
  followEvents: { request: () => ({ target: "/v1/events", isStream: true }), status: 200 },
  followJob: get(({ job }) => `/v1/jobs/${job}/events`, 200, ended),
  // As it answers to HTTP; test/http/websocket.test.ts asks for the switch.
  openWebSocket: get(() => "/v1/ws", 400),
  listBackends: get(() => "/v1/backends"),
  getBackend: get(() => "/v1/backends/embedded"),
  calibrateBackend: { ...get(() => "/v1/backends/embedded:calibrate"), by: "admin" },
  listModels: get(() => "/v1/models"),
  getModel: get(({ model }) => `/v1/models/${model}`),
  createChatCompletion: {
    request: ({ model }, { canary }) => ({
      target: "/v1/chat/completions",
      body: { model, messages: [{ role: "user", content: canary }], max_tokens: 10 },
    }),
    status: 200,
  },
  listModelProviders: get(() => "/v1/model-providers"),
  getModelProvider: get(({ provider: name }) => `/v1/model-providers/${name}`),
  setModelProvider: {
    request: (_, world) => ({
      target: "/v1/model-providers/of-every-tenant",
      body: { ...providerBody(world), models: [modelOf(`${oneWord(world.canary)}-model`)] },
    }),
    status: 200,
  },
  deleteModelProvider: get(({ provider: name }) => `/v1/model-providers/${name}`, 204, provider),
  getModelRouter: get(() => "/v1/model-router"),
  setModelRouter: { request: () => ({ target: "/v1/model-router", body: routerOf(["small", "large"]) }), status: 200 },
  deleteModelRouter: get(() => "/v1/model-router", 204, router),
  getModelRouterSnapshot: get(({ router: hash }) => `/v1/model-routers/${hash}`),
  createExperiment: {
    request: (_, { canary }) => ({
      target: "/v1/experiments",
      body: experimentBody("of-every-tenant", oneWord(canary)),
    }),
    status: 201,
  },
  listExperiments: get(() => "/v1/experiments"),
  getExperiment: get(({ experiment: name }) => `/v1/experiments/${name}?version=1`),
  stopExperiment: get(({ experiment: name }) => `/v1/experiments/${name}:stop`, 200, experiment),
  setOutcome: {
    ready: decision,
    request: (ids) => ({ target: `/v1/decisions/${ids.decision}/outcome`, body: { quality: 0.75 } }),
    status: 200,
  },
  getAnalytics: get(() => "/v1/analytics?bucket=all&by=source,model"),
  followAnalytics: { request: () => ({ target: "/v1/analytics/events", isStream: true }), status: 200 },
  getPolicy: get(() => "/v1/policy"),
  setPolicy: {
    request: (_, { canary }) => ({
      target: "/v1/policy",
      body: { routing: { regions: [canary] }, ...POLICY_OF_CASES },
    }),
    status: 200,
  },
  listPolicyVersions: get(() => "/v1/policy/versions"),
  previewPolicy: {
    request: () => ({ target: "/v1/policy:dry-run", body: { policy: { dryRun: "always" }, jobs: 3 } }),
    status: 200,
  },
  listTenants: { ...get(() => "/v1/tenants"), by: "admin" },
  createTenant: {
    ready: async () => ({ tenant: `t${randomBytes(8).toString("hex")}` }),
    request: ({ tenant }) => ({ target: "/v1/tenants", body: { id: tenant } }),
    ...{ status: 201, by: "admin" },
  },
  getTenant: { ...get(({ tenant }) => `/v1/tenants/${tenant}`), by: "admin" },
  updateTenant: {
    request: ({ tenant }) => ({ target: `/v1/tenants/${tenant}`, body: { quotas: { jobsPerMinute: 999 } } }),
    ...{ status: 200, by: "admin" },
  },
  deleteTenant: { ...get(({ tenant }) => `/v1/tenants/${tenant}`, 204, newTenant), by: "admin" },
  getUsage: get(() => "/v1/usage"),
  listKeys: get(() => "/v1/keys"),
  createKey: {
    request: (_, { canary }) => ({ target: "/v1/keys", body: { name: canary, role: "member" } }),
    status: 201,
  },
  rotateKey: {
    ready: key,
    request: (ids) => ({ target: `/v1/keys/${ids.key}:rotate`, body: { overlapMs: 0 } }),
    status: 201,
  },
  revokeKey: get((ids) => `/v1/keys/${ids.key}`, 204, key),
  listTenantKeys: { ...get(({ tenant }) => `/v1/tenants/${tenant}/keys`), by: "admin" },
  createTenantKey: {
    ready: newTenant,
    request: ({ tenant }) => ({ target: `/v1/tenants/${tenant}/keys`, body: { name: "k", role: "operator" } }),
    ...{ status: 201, by: "admin" },
  },
  rotateTenantKey: {
    ready: keyOfNewTenant,
    request: (ids) => ({ target: `/v1/tenants/${ids.tenant}/keys/${ids.key}:rotate`, body: {} }),
    ...{ status: 201, by: "admin" },
  },
  revokeTenantKey: { ...get((ids) => `/v1/tenants/${ids.tenant}/keys/${ids.key}`, 204, keyOfNewTenant), by: "admin" },
  searchAudit: get(({ job, key: actor }) => `/v1/audit?limit=5&subject=${job}&actor=${actor}`),
  exportAudit: get(() => "/v1/audit:export"),
  rotateLogKeys: {
    ...{ request: () => ({ target: "/v1/log:rotate-keys", body: { overlapMs: 0 } }) },
    ...{ status: 200, by: "admin" },
  },
  createBackup: {
    ...{ request: () => ({ target: "/v1/backups", body: {} }) },
    ...{ status: 201, by: "admin" },
  },
  getAuditEvent: get((ids) => `/v1/audit/${ids.event}`, 200, event),
  getCheckpoint: { ...get(() => "/log/checkpoint"), by: "anyone" },
  getLogKeys: { ...get(() => "/log/keys"), by: "anyone" },
  getTile: { ...get(({ tile: path }) => `/log/tile/${path}`, 200, tile), by: "anyone" },
  getLiveness: { ...get(() => "/health/live"), by: "anyone" },
  getReadiness: { ...get(() => "/health/ready"), by: "anyone" },
  // As a proxy forwards it: programs of this machine need no key.
  getMetrics: { status: 200, request: () => ({ target: "/metrics", headers: { via: "1.1 proxy" } }) },
  getOpenApi: { ...get(() => "/openapi.json"), by: "anyone" },
  getDocs: { ...get(() => "/docs"), by: "anyone" },
};

/** Operations with a method of writing that store nothing, and why. */
export const STORES_NOTHING: Readonly<Record<string, string>> = {
  previewPolicy: "decides jobs again under another policy and forgets the answer",
};

/** Path parameters that are the same for every tenant, and why. */
export const SHARED_PARAMETERS: Readonly<Record<string, string>> = {
  getBackend: "back ends are the installation's",
  calibrateBackend: "back ends are the installation's",
  setModelProvider: "each tenant names its providers as it likes: test/chat/providers.test.ts has two of one name",
  getTile: "the log is one for all tenants, and says nothing about them",
};
