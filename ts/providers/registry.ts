import { AppError } from "../core/errors.ts";
import type { CircuitEstimate, CircuitOptions } from "../models/circuit.ts";
import type { BackendOffer, Provider } from "./provider.ts";

/** The back ends of this installation, by id. */
export interface ProviderRegistry {
  ids(): readonly string[];
  /** @throws {AppError} `not-found` naming the configured ids */
  get(id: string): Provider;
  /** What every back end says about one job, in order of ids: the input of `route`. */
  offers(estimate: CircuitEstimate, options: CircuitOptions): BackendOffer[];
}

/** @throws {AppError} `invalid-input` when two providers share an id */
export function createRegistry(providers: readonly Provider[]): ProviderRegistry {
  const byId = new Map<string, Provider>();
  for (const provider of providers) {
    const { id } = provider.describe();
    if (byId.has(id)) throw new AppError("invalid-input", `two back ends are called "${id}"; rename one`);
    byId.set(id, provider);
  }
  const ids = [...byId.keys()].sort();
  const inOrder = ids.flatMap((id) => byId.get(id) ?? []);
  return {
    ids: () => ids,
    get(id) {
      const provider = byId.get(id);
      if (!provider) throw new AppError("not-found", `there is no back end "${id}"; configured: ${ids.join(", ")}`);
      return provider;
    },
    offers: (estimate, options) =>
      inOrder.map((provider) => ({
        description: provider.describe(),
        execution: provider.predict(estimate, options),
      })),
  };
}
