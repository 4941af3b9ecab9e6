import * as z from "zod";
import type { Experiments } from "../../experiments/experiments.ts";
import type { Outcomes } from "../../experiments/outcomes.ts";
import {
  CreateExperiment,
  ExperimentPageView,
  ExperimentView,
  OutcomeView,
  SetOutcome,
} from "../../models/experiment.ts";
import { LIMITS } from "../limits.ts";
import { json, type Operation, operation } from "../operation.ts";
import { problems } from "../responses.ts";

export interface ExperimentRouteServices {
  readonly experiments: Experiments;
  readonly outcomes: Outcomes;
}

const EXAMPLE = {
  name: "cheaper-router",
  unit: "user",
  metric: "quality",
  arms: [{ name: "today" }, { name: "price-alone", route: { collapse: "cheapest" } }],
  guardRails: { errorRate: 0.02, p95LatencyMs: 5000 },
};

const VersionQuery = z.strictObject({
  version: z
    .string()
    .regex(/^[1-9]\d{0,8}$/, "must be a whole number from 1 on")
    .pipe(z.coerce.number<string>().int().min(1).max(999_999_999))
    .optional()
    .meta({ description: "Default: the newest" }),
});

/** Which way of routing calls or jobs is better, by the calls and jobs themselves. */
export function experimentRoutes({ experiments, outcomes }: ExperimentRouteServices): Operation[] {
  const tag = "experiments";
  const onOne = "/v1/experiments/{name}";
  const one = { description: "The experiment, judged now", schema: ExperimentView };
  return [
    operation({
      ...{ method: "post", path: "/v1/experiments", id: "createExperiment", tag, scope: "models:write" },
      audit: "experiment.create",
      summary: "Begin an experiment",
      description:
        "In force for every call and job after this answer. What is compared stays as it is until it is stopped; the same name again, after that, " +
        "is the next version, whose units are assigned and counted anew.",
      body: CreateExperiment,
      example: EXAMPLE,
      responses: { 201: one, ...problems("invalid-input", "conflict") },
      handle: async ({ principal, body, origin }) =>
        json(await experiments.create(principal.tenant, body, origin), 201),
    }),
    operation({
      ...{ method: "get", path: "/v1/experiments", id: "listExperiments", tag, scope: "models:read" },
      summary: "List the experiments, each by its newest version, newest first",
      query: z.strictObject({
        limit: z.coerce.number().int().min(1).max(LIMITS.pageSize).default(LIMITS.defaultPageSize),
        cursor: z
          .string()
          .regex(/^\d{1,15}\.[a-z0-9][a-z0-9-]{0,63}$/, "must be `next` of an earlier page")
          .optional(),
      }),
      responses: { 200: { description: "One page", schema: ExperimentPageView }, ...problems("invalid-input") },
      handle: async ({ principal, query }) => json(await experiments.list(principal.tenant, query)),
    }),
    operation({
      ...{ method: "get", path: onOne, id: "getExperiment", tag, scope: "models:read" },
      summary: "Read an experiment and what can be said of its arms",
      description: "Bounds hold at all looks together: one may look as often as one likes, and stop when one likes.",
      query: VersionQuery,
      responses: { 200: one, ...problems("invalid-input", "not-found") },
      handle: async ({ principal, params, query }) =>
        json(await experiments.get(principal.tenant, params.name ?? "", query.version)),
    }),
    operation({
      ...{ method: "post", path: "/v1/experiments/{name}:stop", id: "stopExperiment", tag, scope: "models:write" },
      audit: "experiment.stop",
      summary: "Stop an experiment",
      description: "Calls and jobs are routed as without it again; what was counted stays, and nothing is added.",
      responses: { 200: one, ...problems("not-found") },
      handle: async ({ principal, params, origin }) =>
        json(await experiments.stop(principal.tenant, params.name ?? "", origin)),
    }),
    operation({
      ...{ method: "put", path: "/v1/decisions/{id}/outcome", id: "setOutcome", tag, scope: "models:call" },
      audit: "outcome.record",
      summary: "Tell what the answer of a model call was worth",
      description:
        "The id is `Ketflow-Decision` of the answer. It is counted once; the same again changes nothing, another value is refused.",
      body: SetOutcome,
      example: { quality: 0.8 },
      responses: {
        200: { description: "What is kept", schema: OutcomeView },
        ...problems("invalid-input", "not-found", "conflict"),
      },
      handle: async ({ principal, params, body, origin }) =>
        json(await outcomes.set(principal.tenant, params.id ?? "", body, origin)),
    }),
  ];
}
