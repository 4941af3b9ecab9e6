import { existsSync } from "node:fs";
import type { Resolved } from "../core/config.ts";
import { AppError } from "../core/errors.ts";
import type { CommandContext } from "./context.ts";
import type { JobHost } from "./job-host.ts";
import { connect, serviceUrl } from "./remote.ts";
import { readServiceOptions } from "./settings.ts";
import { commandName, type Terminal } from "./terminal.ts";

/** `new-jobs`: the folder is made where it is not there. `old-jobs`: then there is nothing to look for. */
export type Purpose = "new-jobs" | "old-jobs";

/** Most that are counted before a command begins its own work. */
const MOST_COUNTED = 100;

export type OpenHost = (purpose: Purpose, settings: Resolved, context: CommandContext) => Promise<JobHost>;

/** The service that the settings name, else the data folder. */
export const openJobHost: OpenHost = async (purpose, settings, context) => {
  if (serviceUrl(settings) === undefined) return openLocalHost(purpose, settings, context);
  const { remoteJobHost } = await import("./remote-host.ts");
  return remoteJobHost(await connect(settings));
};

/** @throws {AppError} `not-found` for old jobs where there is no folder; whatever `openLocalService` throws */
export const openLocalHost: OpenHost = async (purpose, settings, context) => {
  const { terminal, openService } = context;
  const options = await readServiceOptions(settings, terminal);
  if (purpose === "old-jobs" && !existsSync(options.dataDir)) {
    throw new AppError(
      "not-found",
      `${options.dataDir}: there is no such folder, so no jobs; --data names another one`,
    );
  }
  // A command runs its own job: what another one left would take its time, and be handed back at its end.
  const service = await openService({ ...options, continueEarlierJobs: false });
  if (purpose === "new-jobs") await mentionEarlierJobs(service, terminal);
  return service;
};

/** Holds jobs, log, keys and receipts. */
async function mentionEarlierJobs(host: JobHost, terminal: Terminal): Promise<void> {
  const { jobs, next } = await host.list({ status: "queued", limit: MOST_COUNTED });
  if (jobs.length === 0) return;
  const count = next === undefined ? String(jobs.length) : `more than ${jobs.length}`;
  const are = jobs.length === 1 ? "earlier job is" : "earlier jobs are";
  terminal.complain(`${count} ${are} unfinished: ${commandName(terminal)} jobs`);
}
