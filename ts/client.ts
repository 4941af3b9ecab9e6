// `ketflow/client`: the service from afar, in Node and in the browser.

export type { AdministrationCalls, AuditSearch, KeyCalls, PolicyDocument } from "./client/administration.ts";
export { type Client, type ClientOptions, createClient } from "./client/client.ts";
export type { ExperimentCalls, ExperimentListOptions, NewExperiment } from "./client/experiments.ts";
export type {
  FollowOptions,
  JobCalls,
  ListOptions,
  ResultView,
  SubmitAllOptions,
  SubmitJobOptions,
  WaitOptions,
} from "./client/jobs.ts";
export type { ModelCalls, ModelProviderDocument } from "./client/models.ts";
export type { CallOptions } from "./client/transport.ts";
export type { LiveEvent, WatchOptions } from "./client/watch.ts";
export { AppError, ERROR_CODES, type ErrorCode } from "./core/errors.ts";
export type { CreateKey, KeyView, NewKeyView } from "./models/access.ts";
export type { AnalyticsView } from "./models/analytics.ts";
export type { EventView } from "./models/audit.ts";
export type { BackendView } from "./models/backend.ts";
export type { ModelView } from "./models/chat.ts";
export type { ExperimentPageView, ExperimentView, OutcomeView } from "./models/experiment.ts";
export type { SubmitJob } from "./models/job.ts";
export { FINAL_STATES, type JobState } from "./models/job-state.ts";
export type { BatchItem, JobPageView, JobView, PlanView } from "./models/job-view.ts";
export type { ModelProviderView, ModelRouterView } from "./models/model-provider.ts";
export type { PolicyView } from "./models/policy.ts";
export type { PolicyPreviewView } from "./models/policy-preview.ts";
export type { TenantView, UsageView } from "./models/tenant.ts";
