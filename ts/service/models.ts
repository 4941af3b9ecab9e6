import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { anthropic } from "../adapters/chat/anthropic.ts";
import { openAiCompatible } from "../adapters/chat/openai-compatible.ts";
import { type Analytics, createAnalytics } from "../analytics/analytics.ts";
import { observedCall, observedJob, observedQuality } from "../analytics/observations.ts";
import { createSqliteAnalyticsStore } from "../analytics/store-sqlite.ts";
import type { EventStore } from "../audit/event-store.ts";
import { Breakers } from "../chat/breaker.ts";
import { createCallLedger } from "../chat/call-record.ts";
import { type Chat, type ChatServices, createChat } from "../chat/chat.ts";
import { createLearners, createToldCalls } from "../chat/learners.ts";
import { createModelProviders, type ModelProviders } from "../chat/providers.ts";
import { createSqliteProviderStore } from "../chat/providers-sqlite.ts";
import { createModelRouters, type ModelRouters } from "../chat/routers.ts";
import { createSqliteRouterStore } from "../chat/routers-sqlite.ts";
import { openSecretBox } from "../chat/secret-box.ts";
import { systemClock } from "../core/clock.ts";
import type { SqliteDatabase } from "../database/sqlite-database.ts";
import { createExperiments, type Experiments } from "../experiments/experiments.ts";
import { createOutcomes, type Outcomes } from "../experiments/outcomes.ts";
import { createSqliteExperimentStore } from "../experiments/store-sqlite.ts";
import type { Meters } from "../telemetry/meters.ts";
import type { Policies } from "../tenancy/policies.ts";
import type { QuotaBook } from "../tenancy/quota.ts";
import type { House } from "./house.ts";

/** Language models as the service offers them. */
export interface Models {
  readonly providers: ModelProviders;
  readonly routers: ModelRouters;
  readonly chat: Chat;
  readonly experiments: Experiments;
  readonly outcomes: Outcomes;
  readonly analytics: Analytics;
  /** What was kept for a tenant that is no more. */
  forgetAnswers(tenant: string): void;
}

type ModelWatch = Pick<Meters, "onDrift"> & Pick<ChatServices, "answers" | "onCall" | "onReused" | "reportError">;

/** Who stops an experiment that breaks a guard rail. */
const SYSTEM = { actor: { kind: "system", id: "experiments", role: "system" }, requestId: null } as const;
const DAY_MS = 86_400_000;

/** What calls and jobs are compared by, and the routers that it may name. */
export function openExperiments(database: SqliteDatabase, events: EventStore, onStop: Meters["onExperimentStop"]) {
  const routers = createModelRouters(createSqliteRouterStore(database, events), systemClock);
  const store = createSqliteExperimentStore(database, events);
  const experiments = createExperiments({
    ...{ store, clock: systemClock, system: SYSTEM, onStop },
    hasRouter: (tenant, hash) => routers.at(tenant, hash) !== undefined,
  });
  return { routers, experiments, experimentStore: store };
}

interface ModelRules extends ReturnType<typeof openExperiments> {
  readonly policies: Policies;
  readonly quota: QuotaBook;
}

/** @param ownOrigins servers of the installation's own, which tenants may name although they have private addresses */
export async function openModels(
  { database, events, store }: House,
  { policies, quota, routers, experiments, experimentStore }: ModelRules,
  { onDrift, ...watch }: ModelWatch,
  dataDir: string,
  ownOrigins: readonly string[],
): Promise<Models> {
  const providers = createModelProviders({
    store: createSqliteProviderStore(database, events),
    box: await openSecretBox(join(dataDir, "keys")),
    ...{ clock: systemClock, ownOrigins },
    ready: async (kind) => {
      if (kind === "anthropic") await anthropic.ready();
    },
  });
  const analytics = createAnalytics({
    ...{ store: createSqliteAnalyticsStore(database), clock: systemClock, reportError: watch.reportError, onDrift },
    experiments: (tenant) => experiments.running(tenant),
  });
  store.subscribe((job, before) => {
    const observed = job.status === before ? undefined : observedJob(job);
    if (observed !== undefined) analytics.observe(observed);
  });
  const learners = createLearners(createToldCalls(database));
  const outcomes = createOutcomes({
    ...{ store: experimentStore, experiments, clock: systemClock },
    findEvent: (tenant, id) => events.get(tenant, id),
    onOutcome(call, quality) {
      analytics.observe(observedQuality(call, quality));
      learners.learn({ event: call.event, quality });
    },
  });
  const ledger = createCallLedger(database, events, experiments);
  const now = systemClock();
  for (const { tenant, costMicroUsd } of ledger.costsSince(now - (now % DAY_MS))) quota.charged(tenant, costMicroUsd);
  const chat = createChat({
    ...{ providers, routers, learners, policies, quota, clock: systemClock, breakers: new Breakers() },
    adapters: { "openai-compatible": openAiCompatible, anthropic },
    ...{ experiments, ...watch },
    async record(call, origin) {
      await ledger.record(call, origin);
      analytics.observe(observedCall(call));
    },
    sleep: (ms, signal) => setTimeout(ms, undefined, { signal }),
  });
  const forgetAnswers = (tenant: string) => void watch.answers.forget(`${tenant}:`);
  return { providers, routers, chat, experiments, outcomes, analytics, forgetAnswers };
}
