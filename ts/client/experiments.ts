import type * as z from "zod";
import type { AnalyticsQuery, AnalyticsView } from "../models/analytics.ts";
import type { CreateExperiment, ExperimentPageView, ExperimentView, OutcomeView } from "../models/experiment.ts";
import { type CallOptions, segment, type Transport } from "./transport.ts";

/** An experiment as it is written: what is left out has its default. */
export type NewExperiment = z.input<typeof CreateExperiment>;

export interface ExperimentListOptions extends CallOptions {
  /** Experiments of one request: 1 to 1000. */
  readonly limit?: number | undefined;
  /** `next` of the page before. */
  readonly cursor?: string | undefined;
}

/** Ways of routing calls or jobs, compared on them, and what became of all calls and jobs. */
export interface ExperimentCalls {
  /** What became of calls and jobs; by default of the last day, hour by hour. */
  analytics(query?: z.input<typeof AnalyticsQuery>, options?: CallOptions): Promise<AnalyticsView>;
  readonly experiments: {
    /** The newest version of each, the newest first; asks for the next page when it is needed. */
    list(options?: CallOptions & { readonly limit?: number | undefined }): AsyncGenerator<ExperimentView>;
    listPage(options?: ExperimentListOptions): Promise<ExperimentPageView>;
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
  const listPage: ExperimentCalls["experiments"]["listPage"] = ({ signal, ...query } = {}) =>
    json({ path, query, signal });

  async function* list(options: ExperimentListOptions = {}): AsyncGenerator<ExperimentView> {
    let cursor: string | undefined;
    do {
      const page = await listPage({ ...options, cursor });
      yield* page.experiments;
      cursor = page.next ?? undefined;
    } while (cursor !== undefined);
  }

  return {
    analytics: (query = {}, { signal } = {}) => json({ path: "v1/analytics", query, signal }),
    experiments: {
      list,
      listPage,
      get: (name, { signal, version } = {}) => json({ path: at(name), query: { version }, signal }),
      create: (body, { signal } = {}) => json({ method: "POST", path, body, signal }),
      stop: (name, { signal } = {}) => json({ method: "POST", path: `${at(name)}:stop`, repeatable: true, signal }),
      outcome: (decision, quality, { signal } = {}) =>
        json({ method: "PUT", path: `v1/decisions/${segment(decision)}/outcome`, body: { quality }, signal }),
    },
  };
}
