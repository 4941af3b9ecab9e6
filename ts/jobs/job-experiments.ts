import type { Assignment } from "../experiments/assignment.ts";
import type { Experiments } from "../experiments/experiments.ts";
import type { JobRoute } from "../models/experiment.ts";
import { FINAL_STATES, type JobState } from "../models/job.ts";
import type { RouteArm } from "../routing/route.ts";
import type { Job } from "./job.ts";
import type { Store } from "./store.ts";

/** How states count; who cancels says nothing of a back end. */
const OUTCOMES: Partial<Record<JobState, "succeeded" | "cancelled">> = {
  succeeded: "succeeded",
  cancelled: "cancelled",
};

/** Experiments whose arms are ways of routing jobs. */
export interface JobExperiments {
  armOf(job: Job): RouteArm | undefined;
}

/**
 * Counts every job of an experiment with its outcome, whatever ended it, by the arm that it was assigned: an arm that kills its worker
 * leaves no route, and is counted all the same.
 */
export function createJobExperiments(
  experiments: Pick<Experiments, "assignJob" | "countCall" | "look">,
  store: Pick<Store, "onOutcome" | "subscribe">,
  reportError: (error: unknown) => void,
): JobExperiments {
  const assignmentOf = (job: Job): Assignment<JobRoute> | undefined => {
    const { tenant, id, type, submittedBy, createdAt, request, plan } = job;
    // Who says where, or is asked first, has chosen: a person's choice is no arm.
    if (plan !== undefined || request.target !== "auto" || request.routing !== undefined) return undefined;
    return experiments.assignJob(tenant, { id, type, submittedBy, metadata: request.metadata, createdAt });
  };
  /** Undefined for what never left the queue as well: no arm had a part in that. */
  const ended = (job: Job): Assignment<JobRoute> | undefined =>
    FINAL_STATES.has(job.status) && job.attempts.length > 0 ? assignmentOf(job) : undefined;

  store.onOutcome((job) => {
    const assignment = ended(job);
    if (assignment === undefined) return;
    const { createdAt, finishedAt = createdAt, costMicroUsd } = job;
    experiments.countCall(assignment, {
      outcome: outcomeOf(job, assignment),
      latencyMs: finishedAt - createdAt,
      costMicroUsd,
    });
  });
  store.subscribe((job, before) => {
    const assignment = job.status === before ? undefined : ended(job);
    if (assignment !== undefined) void experiments.look(assignment.experiment).catch(reportError);
  });
  return {
    armOf(job) {
      const found = assignmentOf(job);
      return found && { experiment: toldExperiment(found), route: found.route };
    },
  };
}

/** Of a back end's arm, a job that another one had to answer has failed. */
function outcomeOf({ status, result }: Job, { route }: Assignment<JobRoute>): string {
  const outcome = OUTCOMES[status] ?? "failed";
  return outcome === "succeeded" && "backend" in route && result?.backend !== route.backend ? "failed" : outcome;
}

/** No unit: the record of a route is public. */
function toldExperiment({ experiment: { name, version }, armName }: Assignment<JobRoute>): RouteArm["experiment"] {
  return { name, version, arm: armName };
}
