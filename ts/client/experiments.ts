import type * as z from "zod";
import type { AnalyticsQuery, AnalyticsView } from "../models/analytics.ts";
import type { CreateExperiment, ExperimentView, OutcomeView } from "../models/experiment.ts";
import { type CallOptions, segment, type Transport } from "./transport.ts";

/** An experiment as it is written: what is left out has its default. */
export type NewExperiment = z.input<typeof CreateExperiment>;

/** Ways of routing model calls, compared on calls, and what became of all calls and jobs. */
export interface ExperimentCalls {
  /** What became of calls and jobs; by default of the last day, hour by hour. */
  analytics(query?: z.input<typeof AnalyticsQuery>, options?: CallOptions): Promise<AnalyticsView>;
  readonly experiments: {
    list(options?: CallOptions): Promise<ExperimentView[]>;
    /** Judged now; the newest version unless one is named. */
    get(name: string, options?: CallOptions & { readonly version?: number }): Promise<ExperimentView>;
    create(experiment: NewExperiment, options?: CallOptions): Promise<ExperimentView>;
    stop(name: string, options?: CallOptions): Promise<ExperimentView>;
    /**
     * Tells what the answer of a model call was worth, 0 to 1; once for each call.
     *
     * @param decision the header `Ketflow-Decision` of the answer
     */
    outcome(decision: string, quality: number, options?: CallOptions): Promise<OutcomeView>;
  };
}

export function experimentCalls({ json }: Transport): ExperimentCalls {
  const path = "v1/experiments";
  const at = (name: string): string => `${path}/${segment(name)}`;
  return {
    analytics: (query = {}, { signal } = {}) => json({ path: "v1/analytics", query, signal }),
    experiments: {
      list: async ({ signal } = {}) => (await json<{ experiments: ExperimentView[] }>({ path, signal })).experiments,
      get: (name, { signal, version } = {}) => json({ path: at(name), query: { version }, signal }),
      create: (body, { signal } = {}) => json({ method: "POST", path, body, signal }),
      stop: (name, { signal } = {}) => json({ method: "POST", path: `${at(name)}:stop`, repeatable: true, signal }),
      outcome: (decision, quality, { signal } = {}) =>
        json({ method: "PUT", path: `v1/decisions/${segment(decision)}/outcome`, body: { quality }, signal }),
    },
  };
}
