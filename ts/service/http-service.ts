import { setMaxListeners } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { DATABASE_FILE } from "../adapters/sqlite/open-database.ts";
import type { EventStore } from "../audit/event-store.ts";
import { type EventOrigin, newEvent } from "../audit/new-event.ts";
import { systemClock } from "../core/clock.ts";
import { AppError, errnoOf } from "../core/errors.ts";
import { LOCAL_TENANT, type TenantId } from "../core/ids.ts";
import { createLog, type Log } from "../core/log.ts";
import type { SqliteDatabase } from "../database/sqlite-database.ts";
import { createApp } from "../http/app.ts";
import { docsPage } from "../http/docs-page.ts";
import { idleConnections } from "../http/idle-connections.ts";
import { LIMITS, type SettableLimits } from "../http/limits.ts";
import { createLiveStreams, type LiveStreams } from "../http/live-streams.ts";
import { createHttpServer } from "../http/node-server.ts";
import { openApiDocument } from "../http/openapi.ts";
import type { Operation } from "../http/operation.ts";
import { createRateLimits } from "../http/rate-limit.ts";
import { accessRoutes } from "../http/routes/access.ts";
import { analyticsRoutes } from "../http/routes/analytics.ts";
import { auditRoutes } from "../http/routes/audit.ts";
import { backendRoutes } from "../http/routes/backends.ts";
import { batchRoutes } from "../http/routes/batch.ts";
import { chatRoutes } from "../http/routes/chat.ts";
import { type EventRouteServices, eventRoutes } from "../http/routes/events.ts";
import { experimentRoutes } from "../http/routes/experiments.ts";
import { jobRoutes } from "../http/routes/jobs.ts";
import { logRoutes } from "../http/routes/log.ts";
import { modelProviderRoutes } from "../http/routes/model-providers.ts";
import { modelRoutes } from "../http/routes/models.ts";
import { operateRoutes } from "../http/routes/operate.ts";
import { policyRoutes } from "../http/routes/policy.ts";
import { notReady, systemRoutes } from "../http/routes/system.ts";
import { acceptWebSockets } from "../http/websocket.ts";
import { ensureAdminKey } from "../identity/admin-key.ts";
import { createKeys, type Keys } from "../identity/keys.ts";
import { createSqliteKeyStore } from "../identity/keys-sqlite.ts";
import { createDecide } from "../jobs/decide.ts";
import { createEventFeed } from "../jobs/event-feed.ts";
import { createPolicyPreview } from "../jobs/policy-preview.ts";
import { createReadings } from "../jobs/readings.ts";
import { DEFAULT_QUOTAS, type Quotas } from "../models/tenant.ts";
import { DEFAULT_CALIBRATION } from "../routing/calibration.ts";
import { openKeyedHash } from "../telemetry/keyed-hash.ts";
import { createTelemetry, type Telemetry } from "../telemetry/telemetry.ts";
import { createPolicies, type Policies } from "../tenancy/policies.ts";
import { createSqlitePolicyStore } from "../tenancy/policies-sqlite.ts";
import { QuotaBook } from "../tenancy/quota.ts";
import { createTenants, type Tenants } from "../tenancy/tenants.ts";
import { createSqliteTenantStore } from "../tenancy/tenants-sqlite.ts";
import { type AnswerCacheOptions, openAnswerCache, warm } from "./answer-cache.ts";
import { type House, type HouseOptions, type HouseRules, openHouse } from "./house.ts";
import { type Models, openExperiments, openModels } from "./models.ts";
import { operateServices, watchRotation } from "./operate.ts";

export interface ServiceOptions extends HouseOptions, AnswerCacheOptions {
  host?: string;
  /** 0: any free port. */
  port?: number;
  /** The policy of tenants that have none of their own. */
  policy?: unknown;
  /** Token of the admin key; made at the first start when it is left out. */
  adminKey?: string | undefined;
  version: string;
  /** Measures a machine that was never measured, once the service is up: until then predictions are three times too cautious. */
  calibrate?: boolean;
  /** Web origins whose pages may call the API, such as `https://lab.example`; `*` for all. None by default. */
  corsOrigins?: readonly string[] | undefined;
  /** Origins of language models of your own, such as `http://127.0.0.1:11434`: tenants may name them, private or not. */
  modelOrigins?: readonly string[] | undefined;
  /** Instead of those of {@link LIMITS}. */
  limits?: Partial<SettableLimits>;
  /** Where requests, jobs and faults are told; by default warnings and errors go to standard error as JSON lines. */
  log?: Log;
}

export interface Service {
  /** `http://HOST:PORT` */
  readonly url: string;
  /** The token of the admin key, when it was made at this start: it can never be shown again. */
  readonly newAdminKey: string | undefined;
  readonly operations: readonly Operation[];
  /** Replaces the default policy. @throws {AppError} `invalid-input`; the old one stays */
  setDefaultPolicy(document: unknown): void;
  /** Takes no more requests, ends what has begun, hands unfinished jobs back to the queue. */
  close(): Promise<void>;
}

/** The tenant of the admin key, so that a service for one team needs no other. */
const HOME_TENANT = LOCAL_TENANT;
const SYSTEM = { actor: { kind: "system", id: "ketflow", role: "system" }, requestId: null } as const;

/**
 * Opens the data folder and serves it.
 *
 * @throws {AppError} as `openLocalService`; `conflict` when the port is taken
 */
export async function openService(options: ServiceOptions): Promise<Service> {
  const log = options.log ?? createLog({ level: "warn", write: (lines) => console.error(lines), now: systemClock });
  const telemetry = createTelemetry(log);
  try {
    return await openObserved(options, log, telemetry);
  } catch (error) {
    telemetry.close();
    throw error;
  }
}

async function openObserved(options: ServiceOptions, log: Log, telemetry: Telemetry): Promise<Service> {
  const { meters, onError, onEnginePrinted } = telemetry;
  const houseOptions = { onError, ...options };
  let rules: Rules | undefined;
  const ruled = (database: SqliteDatabase, events: EventStore): HouseRules => {
    const tenantStore = createSqliteTenantStore(database, events);
    const quotasOf = (tenant: TenantId): Quotas => {
      const record = tenantStore.get(tenant);
      // Deleted while this request was on its way.
      if (record?.status === "deleted") throw new AppError("unauthenticated", `tenant ${tenant} was deleted`);
      return record?.quotas ?? DEFAULT_QUOTAS;
    };
    const quota = new QuotaBook(quotasOf, systemClock, meters.onQuotaRefused);
    const tenants = createTenants({
      store: tenantStore,
      clock: systemClock,
      jobsInFlight: (tenant) => quota.jobsInFlight(tenant),
      home: HOME_TENANT,
    });
    const policies = createPolicies(createSqlitePolicyStore(database, events), systemClock, options.policy);
    const keyStore = createSqliteKeyStore(database, events);
    const isActive = (tenant: TenantId): boolean => tenantStore.get(tenant)?.status === "active";
    const keys = createKeys({ store: keyStore, clock: systemClock, isActive });
    const compared = openExperiments(database, events, meters.onExperimentStop);
    rules = { tenants, policies, quota, keys, keyStore, ...compared };
    return { policyOf: (tenant) => policies.current(tenant), quota, experiments: compared.experiments };
  };
  const house = await openHouse(houseOptions, ruled, { ...meters, onEnginePrinted });
  try {
    if (rules === undefined) throw new AppError("internal", "the house was opened without its rules");
    return await serveHouse(house, rules, options, log, telemetry);
  } catch (error) {
    await house.close();
    throw error;
  }
}

interface Rules extends ReturnType<typeof openExperiments> {
  tenants: Tenants;
  policies: Policies;
  quota: QuotaBook;
  keys: Keys;
  keyStore: ReturnType<typeof createSqliteKeyStore>;
}

async function serveHouse(
  house: House,
  rules: Rules,
  options: ServiceOptions,
  log: Log,
  telemetry: Telemetry,
): Promise<Service> {
  const { tenants, policies, keys, keyStore } = rules;
  if (!tenants.list().some(({ id }) => id === HOME_TENANT)) {
    await tenants.create({ id: HOME_TENANT, name: "Home" }, SYSTEM);
  }
  const newAdminKey = await ensureAdminKey(keyStore, HOME_TENANT, systemClock, options.adminKey);
  const stopping = new AbortController();
  // Whoever waits for a job listens to it.
  setMaxListeners(0, stopping.signal);
  const limits = { ...LIMITS, ...options.limits };
  const reportError = (error: unknown): void => telemetry.onError(error);
  const feed = createEventFeed({
    store: house.store,
    clock: systemClock,
    findJob: (tenant, id) => house.jobs.get(tenant, id),
    reportError,
  });
  house.onProgress((job, progress) => feed.progress(job, progress));
  const streams = createLiveStreams((keyId) => keys.isValid(keyId));
  await telemetry.observe(await readingsOf(house, options, streams));
  const answers = await openAnswerCache(options, options.dataDir, telemetry.cache, log);
  const watch = { ...telemetry.meters, answers, onReused: telemetry.cache.onReused, reportError };
  const models = await openModels(house, rules, watch, options.dataDir, options.modelOrigins ?? []);
  const operations = allOperations(house, rules, models, options, telemetry, { feed, streams }, stopping.signal);
  const shell = { keys, rateLimits: createRateLimits(limits.requestsPerSecond, limits.failedAuthenticationsPerMinute) };
  const app = createApp(operations, {
    ...{ ...shell, clock: systemClock, corsOrigins: options.corsOrigins },
    ...{ reportError: telemetry.onError, observe: telemetry.onRequest },
  });
  const server = createHttpServer(app.fetch, limits, reportError);
  const idle = idleConnections(server);
  acceptWebSockets(server, { ...shell, reportError, feed, streams });
  const endRotationWatch = watchRotation(house, reportError);
  const url = await listen(server, options.host ?? "127.0.0.1", options.port ?? 8080);
  await house.jobs.start();
  warm(answers, log);
  if (options.calibrate && house.calibration().machine === DEFAULT_CALIBRATION.machine) {
    // One that the end of the service cuts short is begun anew by the next start.
    void house.calibrate().catch((error) => stopping.signal.aborted || reportError(error));
  }
  log.info("service.started", { url, version: options.version, engine: house.engines.identity.engine.contentHash });
  return {
    url,
    newAdminKey,
    operations,
    setDefaultPolicy: (document) => policies.setDefault(document),
    async close() {
      stopping.abort();
      log.info("service.stopping");
      endRotationWatch();
      streams.close();
      feed.close();
      await stopServer(server, idle);
      await models.chat.close();
      await models.analytics.close().catch(reportError);
      await answers.close();
      await house.close();
      log.info("service.stopped");
      telemetry.close();
    },
  };
}

async function readingsOf(
  { engines, store, log }: House,
  { dataDir, version }: ServiceOptions,
  streams: LiveStreams,
): Promise<Parameters<Telemetry["observe"]>[0]> {
  const path = join(dataDir, DATABASE_FILE);
  return {
    version,
    identity: engines.identity,
    clock: systemClock,
    poolLoad: () => engines.load(),
    liveStreams: () => streams.count(),
    leaves: () => store.log.size(),
    checkpoint: () => log.latest(),
    files: { database: path, wal: `${path}-wal` },
    store,
    hash: await openKeyedHash(join(dataDir, "keys")),
  };
}

function allOperations(
  house: House,
  rules: Rules,
  models: Models,
  options: ServiceOptions,
  telemetry: Telemetry,
  live: EventRouteServices,
  stopping: AbortSignal,
): Operation[] {
  const { jobs, store, log, events, registry, engines } = house;
  const reportError = (error: unknown): void => telemetry.onError(error);
  const { policies, quota, tenants, keys } = rules;
  const readings = createReadings(store, log, LIMITS.resultJsonBytes);
  const policyHash = (tenant: TenantId): string => policies.view(tenant).hash;
  const jobServices = { jobs, readings, clock: systemClock, policyHash, stopping };
  const preview = createPolicyPreview({
    store,
    clock: systemClock,
    providers: registry.providers,
    policyOf: (tenant) => policies.current(tenant),
    decideUnder: (policyOf) =>
      createDecide({
        engines,
        registry,
        policyOf,
        calibration: house.calibration,
        clock: systemClock,
      }),
  });
  // Made when they are first read: most services are never asked, and the two take 40 ms.
  let document: unknown;
  let page: string | undefined;
  const openApi = (): unknown => {
    document ??= openApiDocument(operations, options.version, [...registry.providers.keys()]);
    return document;
  };
  async function removeTenant(id: string, origin: EventOrigin): Promise<void> {
    await tenants.remove(id, origin);
    models.forgetAnswers(id);
  }
  const operations: Operation[] = [
    ...jobRoutes(jobServices),
    ...batchRoutes(jobServices),
    ...eventRoutes(live),
    ...backendRoutes({
      registry,
      calibration: house.calibration,
      async calibrate(tenant, origin) {
        const calibration = await house.calibrate();
        const event = newEvent(origin, { tenant, at: systemClock(), action: "backend.calibrate", subject: "embedded" });
        await house.database.group.run(() => events.record(event));
        return calibration;
      },
    }),
    ...modelRoutes(models),
    ...chatRoutes({ chat: models.chat, reportError }),
    ...modelProviderRoutes(models),
    ...experimentRoutes(models),
    ...analyticsRoutes({ analytics: models.analytics, streams: live.streams, reportError }),
    ...policyRoutes({ policies, preview }),
    ...accessRoutes({ tenants: { ...tenants, remove: removeTenant }, keys, quota }),
    ...auditRoutes({ events }),
    ...operateRoutes(operateServices(house, options.dataDir)),
    ...logRoutes(`${options.dataDir}/log`, () => house.logKeys.verifierKeys),
    ...systemRoutes({
      async checkReady() {
        if (stopping.aborted) throw notReady("the service is stopping");
        await store.log.size();
      },
      metrics: () => telemetry.metrics(),
      openApi,
      docsPage: () => {
        page ??= docsPage(openApi());
        return page;
      },
    }),
  ];
  return operations;
}

/** Connections that wait to be accepted: above Node's 511, a thousand clients that come at once are seconds late (SYN again). */
const BACKLOG = 4096;

async function listen(server: Server, host: string, port: number): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", (cause) => {
      const taken = errnoOf(cause) === "EADDRINUSE";
      const message = taken
        ? `port ${port} of ${host} is taken; use --port`
        : `cannot listen on ${host}:${port} (${errnoOf(cause)})`;
      reject(new AppError("conflict", message, { cause }));
    });
    server.listen({ port, host, backlog: BACKLOG }, resolve);
  });
  const address = server.address() as AddressInfo;
  const name = address.family === "IPv6" ? `[${address.address}]` : address.address;
  return `http://${name}:${address.port}`;
}

/** Idle connections are closed at once, those with a request when it is answered, all of them after the time limit. */
async function stopServer(server: Server, idle: ReturnType<typeof idleConnections>): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  // Again and again: a kept connection is idle only when the answer that it waits for has gone.
  const sweep = setInterval(() => idle.close(), 50);
  const timer = setTimeout(() => server.closeAllConnections(), LIMITS.shutdownMs / 2);
  await closed;
  clearInterval(sweep);
  clearTimeout(timer);
}
