import { sourceBytes } from "../audit/receipt.ts";
import type { Receipt } from "../audit/receipt-schema.ts";
import type { FollowOptions } from "../client/jobs.ts";
import type { Client, JobView } from "../client.ts";
import { AppError } from "../core/errors.ts";
import type { Engines } from "../engines/load-engines.ts";
import { FINAL_STATES } from "../models/job-state.ts";
import type { LocalOutcome } from "../server.ts";
import type { JobControl, JobHost } from "./job-host.ts";

/** Jobs of a service. Its receipts come when they are asked for; pictures are drawn here. */
export function remoteJobHost(client: Client): JobHost {
  let engines: Promise<Engines> | undefined;

  async function describe(job: JobView, { wantsReceipt, signal }: JobControl = {}): Promise<LocalOutcome> {
    const isWanted = wantsReceipt === true && FINAL_STATES.has(job.status);
    return { job, notes: [], ...(isWanted && { receipt: await client.receipt(job.id, { signal }) }) };
  }

  /** Until the job is settled, or the signal says to wait no longer: the job goes on. */
  async function follow(id: string, control: JobControl = {}): Promise<LocalOutcome> {
    const { signal, onProgress, onChange } = control;
    const isLive = onProgress !== undefined || onChange !== undefined;
    const onEvent: FollowOptions["onEvent"] = (event) =>
      event.kind === "progress" ? onProgress?.(event) : onChange?.(event);
    try {
      return await describe(await client.wait(id, { signal, onEvent: isLive ? onEvent : undefined }), control);
    } catch (error) {
      if (!(error instanceof AppError && error.code === "cancelled" && signal?.aborted)) throw error;
      return describe(await client.get(id));
    }
  }

  return {
    isService: true,
    submit: async (body, control = {}) => {
      const { signal, useCache = true } = control;
      const { id } = await client.submit(body, { signal, noCache: !useCache });
      return follow(id, control);
    },
    execute: async (id, planHash, control) => follow((await client.execute(id, planHash)).id, control),
    list: async (request) => {
      const { jobs, next } = await client.listPage(request);
      return { jobs, next: next ?? undefined };
    },
    watch: follow,
    async result(id, control) {
      const job = await client.get(id, { signal: control?.signal });
      if (FINAL_STATES.has(job.status)) return describe(job, control);
      throw new AppError("conflict", `job ${id} is ${job.status}: it has no result yet; watch it to its end`);
    },
    async input(id) {
      const job = await client.get(id);
      if (!FINAL_STATES.has(job.status)) return undefined;
      return inputOf(await client.receipt(id));
    },
    cancel: async (id, control) => describe(await client.cancel(id), control),
    retry: async (id, control) => follow((await client.retry(id)).id, control),
    async view(input) {
      engines ??= import("../engines/load-engines.ts").then(({ loadEngines }) => loadEngines({ threads: 1 }));
      return (await engines).circuit.view(input);
    },
    close: async () => (await engines)?.close(),
  };
}

/** A receipt holds its input up to 256 KiB; nothing larger is drawn. */
function inputOf(receipt: string): Awaited<ReturnType<JobHost["input"]>> {
  const { opening, manifest } = JSON.parse(receipt) as Receipt;
  return opening.input === undefined ? undefined : { format: manifest.inputFormat, source: sourceBytes(opening.input) };
}
