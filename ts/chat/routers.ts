import type { AuditEvent } from "../audit/event.ts";
import { type EventOrigin, newEvent } from "../audit/new-event.ts";
import { type Clock, formatTime } from "../core/clock.ts";
import { AppError } from "../core/errors.ts";
import type { TenantId } from "../core/ids.ts";
import type { ModelRouterView } from "../models/model-provider.ts";
import { checkRouter, readRouter, type SavedRouter } from "../routing/models/router-snapshot.ts";

/** Which snapshot a tenant uses, since when. */
export interface RouterInForce {
  readonly tenant: TenantId;
  readonly hash: string;
  readonly setAt: number;
  readonly setBy: string;
}

export interface RouterStore {
  current(tenant: TenantId): RouterInForce | undefined;
  /** The JSON of a snapshot that the tenant had in force at some time. */
  snapshot(tenant: TenantId, hash: string): string | undefined;
  set(inForce: RouterInForce, snapshot: string, event: AuditEvent): Promise<void>;
  /** The snapshot stays. @throws {AppError} `not-found` where none is in force */
  remove(tenant: TenantId, event: AuditEvent): Promise<void>;
}

/** The fitted routers of tenants: what `ketflow/auto` ranks models by. */
export interface ModelRouters {
  current(tenant: TenantId): SavedRouter | undefined;
  /** One that was in force at some time; kept in memory for the next call. Undefined for unknown and foreign hashes alike. */
  at(tenant: TenantId, hash: string): SavedRouter | undefined;
  /** @throws {AppError} `not-found` */
  view(tenant: TenantId): ModelRouterView;
  /** The snapshot of an earlier decision, for whoever makes it again. @throws {AppError} `not-found` for unknown and foreign hashes alike */
  snapshot(tenant: TenantId, hash: string): string;
  /** @param document what `ketflow route fit` wrote. @throws {AppError} `invalid-input`; `conflict` where it does not fit its hash */
  set(tenant: TenantId, document: unknown, origin: EventOrigin): Promise<ModelRouterView>;
  /** @throws {AppError} `not-found` */
  remove(tenant: TenantId, origin: EventOrigin): Promise<void>;
}

interface Known {
  readonly router: SavedRouter;
  readonly view: ModelRouterView;
}

/** Each takes megabytes. */
const EARLIER_ROUTERS = 16;

export function createModelRouters(store: RouterStore, clock: Clock): ModelRouters {
  /** Parsed once: the weights are megabytes. */
  const known = new Map<TenantId, Known | undefined>();
  /** Of arms of experiments, the one that was used last at the end. */
  const earlier = new Map<string, SavedRouter>();

  function load(inForce: RouterInForce | undefined): Known | undefined {
    const text = inForce && store.snapshot(inForce.tenant, inForce.hash);
    if (inForce === undefined || text === undefined) return undefined;
    const router = readRouter(text);
    return { router, view: viewOf(inForce, router) };
  }

  function read(tenant: TenantId): Known | undefined {
    if (!known.has(tenant)) known.set(tenant, load(store.current(tenant)));
    return known.get(tenant);
  }

  const missing = (what: string): AppError =>
    new AppError("not-found", `there is no ${what}; ketflow route fit makes a router, PUT /v1/model-router sets it`);

  function view(tenant: TenantId): ModelRouterView {
    const found = read(tenant);
    if (found === undefined) throw missing("model router");
    return found.view;
  }

  return {
    current: (tenant) => read(tenant)?.router,
    at(tenant, hash) {
      const current = read(tenant)?.router;
      if (current?.contentHash === hash) return current;
      const key = `${tenant} ${hash}`;
      let found = earlier.get(key);
      if (found === undefined) {
        const text = store.snapshot(tenant, hash);
        if (text === undefined) return undefined;
        found = readRouter(text);
      }
      earlier.delete(key);
      earlier.set(key, found);
      for (const oldest of earlier.keys()) {
        if (earlier.size <= EARLIER_ROUTERS) break;
        earlier.delete(oldest);
      }
      return found;
    },
    view,
    snapshot(tenant, hash) {
      const text = store.snapshot(tenant, hash);
      if (text === undefined) throw missing(`model router ${hash}`);
      return text;
    },
    async set(tenant, document, origin) {
      const { contentHash: hash, router } = checkSent(document);
      const at = clock();
      const detail = { models: router.models.length, tasks: router.tasks.length };
      const event = newEvent(origin, { tenant, at, action: "model-router.set", subject: hash, detail });
      await store.set({ tenant, hash, setAt: at, setBy: origin.actor.id }, JSON.stringify(document), event);
      known.delete(tenant);
      return view(tenant);
    },
    async remove(tenant, origin) {
      const subject = view(tenant).contentHash;
      await store.remove(tenant, newEvent(origin, { tenant, at: clock(), action: "model-router.delete", subject }));
      known.delete(tenant);
    },
  };
}

/** What does not fit its hash is no damage of ours: it came so, and contradicts itself. */
function checkSent(document: unknown): SavedRouter {
  try {
    return checkRouter(document);
  } catch (cause) {
    if (!(cause instanceof AppError)) throw cause;
    const code = cause.code === "integrity-violation" ? "conflict" : "invalid-input";
    throw new AppError(code, `body: ${cause.message}`, { cause });
  }
}

function viewOf({ hash, setAt, setBy }: RouterInForce, { router }: SavedRouter): ModelRouterView {
  return { contentHash: hash, models: [...router.models], tasks: [...router.tasks], setAt: formatTime(setAt), setBy };
}
