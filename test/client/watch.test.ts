import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished, type TestContext } from "vitest";
import { createClient } from "../../ts/client/client.ts";
import type { LiveEvent } from "../../ts/client/watch.ts";
import type { SubmitJob } from "../../ts/models/job.ts";
import type { Service } from "../../ts/server.ts";
import { ketflow } from "../cli/fake-world.ts";
import { BELL_BODY } from "../jobs/fixtures.ts";
import { allOf } from "./all-of.ts";
import { ADMIN_KEY, openRealService } from "./real-service.ts";

// Live streams of a real service, across its restart.

const bell = (seed: number): SubmitJob => ({ ...BELL_BODY, seed });
/** Long enough that its progress is told: a second of work. */
const long: SubmitJob = {
  type: "circuit",
  input: {
    format: "openqasm3",
    source:
      'OPENQASM 3.0; include "stdgates.inc"; qubit[20] q; for int k in [1:600] { ry(0.1 * k) q; cx q[0], q[19]; }',
  },
};

async function openLive(context: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), "ketflow-watch-"));
  let service: Service | undefined = await openRealService(folder);
  onTestFinished(async () => {
    await service?.close();
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);
  const { paths } = (await (await fetch(`${service.url}/openapi.json`)).json()) as { paths: object };
  context.skip(!Object.hasOwn(paths, "/v1/events"), "this service has no live events yet");
  const { url } = service;
  return {
    url,
    client: createClient({ url, apiKey: ADMIN_KEY }),
    async restart() {
      await service?.close();
      service = undefined;
      service = await openRealService(folder, { port: Number(new URL(url).port) });
    },
  };
}

const changes = (events: readonly LiveEvent[]) =>
  events.flatMap((event) => (event.kind === "change" ? [[event.id, event.status]] : []));

it("tells every change once, across a restart of the service", async (context) => {
  const { client, restart } = await openLive(context);
  const seen: LiveEvent[] = [];
  const stop = new AbortController();
  const first = await client.submit(bell(1), { waitSeconds: 60 });
  const watching = (async () => {
    for await (const event of client.watch(undefined, { after: 0, signal: stop.signal })) {
      seen.push(event);
      if (event.kind === "change" && event.id === 3) await restart();
      if (event.kind === "change" && event.id === 6) stop.abort();
      if (event.kind === "change" && event.id === 3) await client.submit(bell(2), { noCache: true });
    }
  })();
  await expect(watching).rejects.toMatchObject({ code: "cancelled" });
  expect(seen[0]).toMatchObject({ jobId: first.id });
  expect(changes(seen)).toEqual([
    [1, "queued"],
    [2, "running"],
    [3, "succeeded"],
    [4, "queued"],
    [5, "running"],
    [6, "succeeded"],
  ]);
});

it("ends with the job, tells its progress, and begins where it is told to", async (context) => {
  const { client } = await openLive(context);
  const { id } = await client.submit(long);
  const heard: LiveEvent[] = [];
  expect((await client.wait(id, { onEvent: (event) => void heard.push(event) })).status).toBe("succeeded");
  expect(changes(heard).map(([, status]) => status)).toEqual(["queued", "running", "succeeded"]);
  const progress = heard.flatMap((event) => (event.kind === "progress" ? [event] : []));
  expect(progress.length).toBeGreaterThan(0);
  expect(progress.every(({ done, total }, k) => done <= total && done >= (progress[k - 1]?.done ?? 0))).toBe(true);
  expect(changes(await allOf(client.watch(id, { after: 2 })))).toEqual([[3, "succeeded"]]);
  expect(await allOf(client.watch(id, { after: 3 }))).toEqual([]);
});

it("shows on the command line a line for each change, and a bar only on a terminal", async (context) => {
  const { url, client } = await openLive(context);
  const environment = { KETFLOW_URL: url, KETFLOW_API_KEY: ADMIN_KEY };
  const failing: SubmitJob = { ...long, input: { format: "openqasm3", source: "OPENQASM 3.0; qubit q; foo q;" } };
  const { id } = await client.submit(failing);
  const watched = await ketflow(["watch", id], { environment });
  expect(watched.stdout).toMatch(/^[\d:.]{12} {2}queued\n[\d:.]{12} {2}running +attempt 1\n[\d:.]{12} {2}failed\n/);
  expect(watched).toMatchObject({ code: 2, stderr: expect.stringContaining(`${id}:1:24: there is no gate 'foo'`) });

  const run = await client.submit(long);
  const onTerminal = await ketflow(["watch", run.id, "--json"], { environment, isInteractive: true });
  expect(onTerminal.stderr).toMatch(/ \d+ % .* updates\/s/);
  expect(JSON.parse(onTerminal.stdout)).toMatchObject({ id: run.id, status: "succeeded" });

  const stop = new AbortController();
  const seen: { jobId: string; status: string }[] = [];
  const jobs = trickle();
  const all = await ketflow(["watch", "--json"], {
    ...{ environment, signal: stop.signal },
    onPrint: (line) => {
      seen.push(JSON.parse(line));
      if (seen.at(-1)?.status === "succeeded") stop.abort();
    },
  });
  await jobs;
  expect(all.code).toBe(0);
  expect(seen.at(-1)).toMatchObject({ jobId: expect.stringMatching(/^job_/), status: "succeeded", data: {} });

  /** Jobs until somebody has seen one: a stream of all jobs begins when it begins. */
  async function trickle(): Promise<void> {
    for (let seed = 0; !stop.signal.aborted; seed++) await client.submit(bell(seed), { waitSeconds: 60 });
  }
});
