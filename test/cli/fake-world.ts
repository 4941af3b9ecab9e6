import type { ExitCode } from "../../ts/cli/failure.ts";
import { runProgram } from "../../ts/cli/program.ts";
import type { Terminal } from "../../ts/cli/terminal.ts";
import type { JobPlan } from "../../ts/jobs/job.ts";
import type { SubmitJob } from "../../ts/models/job.ts";
import type { JobView } from "../../ts/models/job-view.ts";
import { DEFAULT_CALIBRATION } from "../../ts/routing/calibration.ts";
import type { LocalOutcome, LocalService, LocalServiceOptions, SubmitControl } from "../../ts/server.ts";
import { fakeRoute } from "../jobs/fixtures.ts";
import { BELL } from "../pictures/circuits.ts";
import { scratch } from "./scratch.ts";

const BELL_SOURCE = "OPENQASM 3.0;\nqubit[2] q;\n";

/** What a service would answer to a Bell job of 4 shots. */
export function bellJob(changes: Partial<JobView> = {}): JobView {
  return {
    id: "job_01JGJ2M4A8ZZZZZZZZZZZZZZZZ",
    type: "circuit",
    status: "succeeded",
    target: "auto",
    seed: 7,
    result: { backend: "statevector", resultHash: "00".repeat(32), counts: { "00": 3, "11": 1 } },
    route: null,
    plan: null,
    approvedBy: [],
    receipt: null,
    createdAt: "2026-01-01T00:00:00.000Z",
    finishedAt: "2026-01-01T00:00:00.003Z",
    timing: { queuedMs: 1, engineMs: 1.5, totalMs: 3, predictedMs: 2 },
    costMicroUsd: 0,
    error: null,
    attempts: [],
    metadata: {},
    ...changes,
  };
}

export function mockPlan(costMicroUsd: number, planHash: string): JobPlan {
  return { route: fakeRoute(["mock-qpu"]), costMicroUsd, predictedMs: 5, approvals: 0, planHash };
}

export interface World {
  folder: string;
  stdin: string;
  environment: Record<string, string>;
  width: number;
  color: boolean;
  /** Whether stderr is a terminal. */
  isInteractive: boolean;
  /** Ctrl-C. */
  signal: AbortSignal;
  /** Told of each line as it is printed. */
  onPrint: (text: string) => void;
  submit: (body: SubmitJob, control: SubmitControl) => Promise<LocalOutcome>;
  /** What the service holds already, newest first. */
  earlier: JobView[];
}

export interface Seen {
  code: ExitCode;
  stdout: string;
  stderr: string;
  bodies: SubmitJob[];
  /** What was asked for about jobs that were there: the call and its arguments. */
  asked: string[];
  opened: LocalServiceOptions[];
  closed: number;
}

/** Runs one command line against a service that answers as told, in a folder of its own. */
export async function ketflow(args: readonly string[], changes: Partial<World> = {}): Promise<Seen> {
  const folder = changes.folder ?? scratch({ "bell.qasm": BELL_SOURCE });
  const world: World = {
    ...{ folder, stdin: "", environment: {}, width: 80, color: false, isInteractive: false },
    ...{ signal: new AbortController().signal, onPrint: () => undefined },
    submit: async () => ({ job: bellJob(), notes: [] }),
    earlier: [],
    ...changes,
  };
  const seen: Seen = { code: 0, stdout: "", stderr: "", bodies: [], asked: [], opened: [], closed: 0 };
  const terminal: Terminal = {
    print: (text) => {
      seen.stdout += `${text}\n`;
      world.onPrint(text);
    },
    complain: (text) => {
      seen.stderr += `${text}\n`;
    },
    progress: world.isInteractive
      ? (text) => {
          seen.stderr += text;
        }
      : undefined,
    width: world.width,
    color: world.color,
    environment: { HOME: folder, ...world.environment },
    workingDirectory: folder,
    readStdin: async () => new TextEncoder().encode(world.stdin),
  };
  const stored = (call: string, control: SubmitControl = {}): Promise<LocalOutcome> => {
    seen.asked.push(call);
    return world.submit({ type: "circuit", input: { format: "openqasm3", source: BELL_SOURCE } }, control);
  };
  const service: LocalService = {
    driver: "fake (SQLite 3.51.3)",
    submit: async (body, control = {}) => {
      seen.bodies.push(body);
      return world.submit(body, control);
    },
    execute: (jobId, planHash, control) => stored(`execute ${jobId} ${planHash}`, control),
    watch: (jobId, control) => stored(`watch ${jobId}`, control),
    result: (jobId) => stored(`result ${jobId}`),
    cancel: (jobId) => stored(`cancel ${jobId}`),
    retry: (jobId, control) => stored(`retry ${jobId}`, control),
    input: async () => ({ format: "openqasm3", source: BELL_SOURCE }),
    list: async ({ limit, status }) => {
      const found = world.earlier.filter((job) => status === undefined || job.status === status);
      return { jobs: found.slice(0, limit), next: found.length > limit ? found[limit - 1]?.id : undefined };
    },
    calibrate: async () => DEFAULT_CALIBRATION,
    view: async () => BELL,
    close: async () => {
      seen.closed++;
    },
  };
  const openService = async (options: LocalServiceOptions): Promise<LocalService> => {
    seen.opened.push(options);
    return service;
  };
  seen.code = await runProgram(args, { terminal, openService, signal: world.signal });
  return seen;
}
