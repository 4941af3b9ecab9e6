import type { AuditEvent } from "../audit/event.ts";
import { type EventOrigin, newEvent } from "../audit/new-event.ts";
import { type Clock, formatTime } from "../core/clock.ts";
import { AppError } from "../core/errors.ts";
import type { TenantId } from "../core/ids.ts";
import type { ModelProviderView, ProviderKind, SetModelProvider } from "../models/model-provider.ts";
import { checkBaseUrl, checkOrigins } from "./address.ts";
import type { SecretBox } from "./secret-box.ts";
import type { ChatTarget } from "./target.ts";

/** A provider as it is kept; its key lies sealed beside it. */
export interface ModelProvider extends Omit<SetModelProvider, "apiKey"> {
  readonly tenant: TenantId;
  readonly name: string;
  readonly setAt: number;
  /** Id of the key that set it. */
  readonly setBy: string;
}

export interface StoredProvider {
  readonly provider: ModelProvider;
  /** The sealed API key; null where there is none. */
  readonly secret: Uint8Array | null;
}

export interface ProviderStore {
  /** By name. */
  list(tenant: TenantId): readonly StoredProvider[];
  /**
   * Stores what `move` makes of the provider as it is inside the transaction; undefined removes it. What it throws undoes the write.
   */
  change(
    tenant: TenantId,
    name: string,
    move: (stored: StoredProvider | undefined) => {
      readonly next: StoredProvider | undefined;
      readonly event: AuditEvent;
    },
  ): Promise<void>;
}

/** A tenant's providers of language models. */
export interface ModelProviders {
  list(tenant: TenantId): ModelProviderView[];
  /** @throws {AppError} `not-found` for unknown and foreign names alike */
  get(tenant: TenantId, name: string): ModelProviderView;
  /** In force with the commit. @throws {AppError} `forbidden` as `checkBaseUrl`; `conflict` above the limit, and with the earlier key or itself */
  set(tenant: TenantId, name: string, body: SetModelProvider, origin: EventOrigin): Promise<ModelProviderView>;
  /** @throws {AppError} `not-found` */
  remove(tenant: TenantId, name: string, origin: EventOrigin): Promise<void>;
  /** Every model of every provider. */
  targets(tenant: TenantId): readonly ChatTarget[];
  /** When one was last changed, for lists of models. */
  modelNames(tenant: TenantId): readonly { readonly name: string; readonly provider: string; readonly setAt: number }[];
}

export interface ProviderServices {
  readonly store: ProviderStore;
  readonly box: SecretBox;
  readonly clock: Clock;
  /** See {@link checkBaseUrl}. */
  readonly ownOrigins: readonly string[];
  /** @throws {AppError} `unsupported` where this installation cannot speak that protocol */
  ready(kind: ProviderKind): Promise<void>;
}

const MAX_PROVIDERS = 64;

interface Known {
  readonly views: readonly ModelProviderView[];
  readonly targets: readonly ChatTarget[];
  readonly names: ReturnType<ModelProviders["modelNames"]>;
}

export function createModelProviders({ store, box, clock, ownOrigins, ready }: ProviderServices): ModelProviders {
  checkOrigins(ownOrigins);
  /** Read and opened once, so that a call costs neither. */
  const known = new Map<TenantId, Known>();

  const placeOf = ({ tenant, name, baseUrl }: ModelProvider): string => JSON.stringify([tenant, name, baseUrl]);

  function isOwn(baseUrl: string): boolean {
    return ownOrigins.includes(new URL(baseUrl).origin);
  }

  function view({ provider, secret }: StoredProvider): ModelProviderView {
    const { tenant: _, setAt, ...rest } = provider;
    return { ...rest, hasApiKey: secret !== null, external: !isOwn(provider.baseUrl), setAt: formatTime(setAt) };
  }

  function targetsOf({ provider, secret }: StoredProvider): ChatTarget[] {
    const { name, kind, baseUrl, region, maxDataClass, timeoutMs, retries, models } = provider;
    const apiKey = secret === null ? null : box.open(secret, placeOf(provider));
    const shared = {
      provider: name,
      kind,
      baseUrl,
      isOwn: isOwn(baseUrl),
      apiKey,
      region,
      maxDataClass,
      timeoutMs,
      retries,
    };
    return models.map((model) => ({ ...shared, model }));
  }

  function read(tenant: TenantId): Known {
    let found = known.get(tenant);
    if (found === undefined) {
      const stored = store.list(tenant);
      const names = stored.flatMap(({ provider: { name: provider, models, setAt } }) =>
        models.map(({ name }) => ({ name, provider, setAt })),
      );
      found = { views: stored.map(view), targets: stored.flatMap(targetsOf), names };
      known.set(tenant, found);
    }
    return found;
  }

  const missing = (name: string): AppError => new AppError("not-found", `there is no model provider ${name}`);

  function get(tenant: TenantId, name: string): ModelProviderView {
    const found = read(tenant).views.find((each) => each.name === name);
    if (found === undefined) throw missing(name);
    return found;
  }

  return {
    list: (tenant) => [...read(tenant).views],
    get,
    async set(tenant, name, { apiKey, ...body }, origin) {
      await ready(body.kind);
      const { url } = checkBaseUrl(body.baseUrl, ownOrigins);
      const names = body.models.map((model) => model.name);
      const again = names.findIndex((model, k) => names.indexOf(model) < k);
      if (again >= 0) {
        throw new AppError(
          "conflict",
          `body.models[${again}].name: ${names[again]} is there already; rename one of them`,
        );
      }
      if (read(tenant).views.filter((each) => each.name !== name).length >= MAX_PROVIDERS) {
        throw new AppError("conflict", `a tenant has at most ${MAX_PROVIDERS} model providers; remove one first`);
      }
      const provider: ModelProvider = { ...body, baseUrl: url, tenant, name, setAt: clock(), setBy: origin.actor.id };
      const sealed = apiKey ? box.seal(apiKey, placeOf(provider)) : null;
      await store.change(tenant, name, (before) => {
        const keeps = apiKey === undefined && before !== undefined && before.secret !== null;
        // Whoever may set providers could else have the key sent to a server of theirs.
        if (keeps && before.provider.baseUrl !== url) {
          throw new AppError(
            "conflict",
            "body.apiKey: baseUrl is another one, so give the key again, or null for none",
          );
        }
        const detail = { kind: body.kind, baseUrl: url, models: body.models.length, newKey: sealed !== null };
        const event = newEvent(origin, {
          tenant,
          at: provider.setAt,
          action: "model-provider.set",
          subject: name,
          detail,
        });
        return { next: { provider, secret: keeps ? before.secret : sealed }, event };
      });
      known.delete(tenant);
      return get(tenant, name);
    },
    async remove(tenant, name, origin) {
      await store.change(tenant, name, (before) => {
        if (before === undefined) throw missing(name);
        const event = newEvent(origin, { tenant, at: clock(), action: "model-provider.delete", subject: name });
        return { next: undefined, event };
      });
      known.delete(tenant);
    },
    targets: (tenant) => read(tenant).targets,
    modelNames: (tenant) => read(tenant).names,
  };
}
