import { AppError } from "../core/errors.ts";
import type { Work } from "../models/work.ts";
import type { BackendOffer, Provider } from "./provider.ts";

/** The back ends of this installation, by id. */
export interface ProviderRegistry {
  ids(): readonly string[];
  /** In order of ids. */
  readonly providers: ReadonlyMap<string, Provider>;
  /** @throws {AppError} `not-found` naming the configured ids */
  get(id: string): Provider;
  /** What every back end says about one job, in order of ids: the input of `route`. */
  offers(work: Work): BackendOffer[];
}

/** @throws {AppError} `invalid-input` when two providers share an id */
export function createRegistry(all: readonly Provider[]): ProviderRegistry {
  const providers = new Map<string, Provider>();
  const byId = all.map((provider) => [provider.describe().id, provider] as const).sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [id, provider] of byId) {
    if (providers.has(id)) throw new AppError("invalid-input", `two back ends are called "${id}"; rename one`);
    providers.set(id, provider);
  }
  const ids = [...providers.keys()];
  return {
    ids: () => ids,
    providers,
    get(id) {
      const provider = providers.get(id);
      if (!provider) throw new AppError("not-found", `there is no back end "${id}"; configured: ${ids.join(", ")}`);
      return provider;
    },
    offers: (work) =>
      [...providers.values()].map((provider) => ({
        description: provider.describe(),
        execution: provider.predict(work),
      })),
  };
}
