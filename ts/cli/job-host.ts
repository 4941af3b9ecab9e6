import type { LiveEvent } from "../client.ts";
import type { ListRequest } from "../jobs/store.ts";
import type { CircuitView } from "../models/circuit.ts";
import type { SubmitJob } from "../models/job.ts";
import type { LocalJobPage, LocalOutcome, SubmitControl } from "../server.ts";
import type { CircuitInput, EngineInput } from "../workers/engine-worker.ts";

/** How a command goes along with a job. */
export interface JobControl extends SubmitControl {
  /** Told of each change of a job that a service keeps; a job that runs here changes in a moment. */
  onChange?: (change: JobChange) => void;
  /** Ask a service for the receipt, too; what runs here always has it. */
  wantsReceipt?: boolean;
}

export type JobChange = Extract<LiveEvent, { kind: "change" }>;

/** Where jobs are kept and run, as commands see it: none of them knows whether it is a folder of this machine or a service. */
export interface JobHost {
  /** A service keeps its jobs for whoever knows their ids, and gives receipts when asked. */
  readonly isService?: boolean;
  submit(body: SubmitJob, control?: JobControl): Promise<LocalOutcome>;
  execute(jobId: string, planHash: string, control?: JobControl): Promise<LocalOutcome>;
  list(request: ListRequest): Promise<LocalJobPage>;
  watch(jobId: string, control?: JobControl): Promise<LocalOutcome>;
  result(jobId: string, control?: JobControl): Promise<LocalOutcome>;
  /** Undefined where it is not at hand: only pictures need it. */
  input(jobId: string): Promise<EngineInput | undefined>;
  cancel(jobId: string, control?: JobControl): Promise<LocalOutcome>;
  retry(jobId: string, control?: JobControl): Promise<LocalOutcome>;
  view(input: CircuitInput): Promise<CircuitView>;
  close(): Promise<void>;
}
