import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newJobId } from "../../ts/core/ids.ts";
import type { NewKeyView, Role } from "../../ts/models/access.ts";
import type { LiveMessage } from "../../ts/models/job-event.ts";
import type { JobView } from "../../ts/models/job-view.ts";
import { longCircuit } from "../e2e/long-circuit.ts";
import { BELL_BODY } from "../jobs/fixtures.ts";
import { collect, isStored, type OpenStream, openStream, runJob, take } from "./event-streams.ts";
import { ADMIN_KEY, bodyOf, openTestService, serviceOfTest, type TestService } from "./service.ts";

const STATES = ["queued", "running", "succeeded"];
let service: TestService;
beforeAll(async () => {
  service = await openTestService();
});
afterAll(() => service?.close());

const jobOf = ({ data }: LiveMessage): string => ("jobId" in data ? data.jobId : "");
const eventsOf = (frames: readonly LiveMessage[], id: string): string[] =>
  frames.filter((frame) => isStored(frame) && jobOf(frame) === id).map(({ event }) => event);

/** The id of the last event, after a job that was run for it. */
async function newestId(): Promise<number> {
  const { id } = await runJob(service);
  const frames = await collect((await openStream(`${service.url}/v1/jobs/${id}/events`)).frames());
  return frames.filter(isStored).at(-1)?.id ?? 0;
}

describe("GET /v1/events", () => {
  it("begins now without an id, and says how to read it", async () => {
    await newestId();
    const stream = await openStream(`${service.url}/v1/events`);
    expect(stream.headers).toMatchObject({
      ...{ "content-type": "text/event-stream", "cache-control": "no-store", "x-accel-buffering": "no" },
    });
    const job = await runJob(service);
    const frames = await take(stream, 3);
    expect(frames.map((frame) => [jobOf(frame), frame.event])).toEqual(STATES.map((state) => [job.id, state]));
    expect(frames[1]?.data).toEqual({
      ...{ jobId: job.id, at: job.attempts[0]?.startedAt, status: "running", data: { attempt: 1 } },
    });
    stream.destroy();
  });

  it("goes on after a restart of the service where it was", async () => {
    const stopped = await serviceOfTest();
    const first = await runJob(stopped);
    const stream = await openStream(`${stopped.url}/v1/events?after=0`);
    const before = await take(stream, 2);
    const ending = collect((await openStream(`${stopped.url}/v1/events`)).frames());
    await stopped.stop();
    expect(await ending).toContainEqual({ event: "end", data: { reason: "stopping" } });

    const restarted = await serviceOfTest(stopped.place);
    const second = await runJob(restarted);
    const resumed = await openStream(`${restarted.url}/v1/events`, { after: 2 });
    const all = [...before, ...(await take(resumed, 4))];
    expect(all.map((frame) => [frame.id, jobOf(frame), frame.event])).toEqual(
      [first, second].flatMap(({ id }, k) => STATES.map((state, j) => [3 * k + j + 1, id, state])),
    );
    resumed.destroy();
  });

  it.each(["-1", "x", "01", "1.5", " ", "9".repeat(20)])("refuses the id '%s'", async (id) => {
    for (const stream of [
      await openStream(`${service.url}/v1/events?after=${encodeURIComponent(id)}`),
      await openStream(`${service.url}/v1/events`, { after: id }),
    ]) {
      expect(stream.status).toBe(400);
      expect(stream.headers["content-type"]).toBe("application/problem+json");
      expect(JSON.parse(await stream.text())).toMatchObject({ code: "invalid-input" });
    }
  });

  it("refuses an id that was never given", async () => {
    const never = (await newestId()) + 1;
    const stream = await openStream(`${service.url}/v1/events`, { after: never });
    expect(stream.status).toBe(409);
    expect((JSON.parse(await stream.text()) as { detail: string }).detail).toContain(String(never - 1));
  });

  it("answers HEAD without opening a stream", async () => {
    const { status, text } = await service.call("HEAD", "/v1/events");
    expect([status, text]).toEqual([200, ""]);
  });
});

describe("GET /v1/jobs/{id}/events", () => {
  it("begins with the first event for whoever comes late, and ends with the job", async () => {
    const { id } = await runJob(service);
    await runJob(service);
    const frames = await collect((await openStream(`${service.url}/v1/jobs/${id}/events`)).frames());
    expect(frames.map(({ event }) => event)).toEqual([...STATES, "end"]);
    expect(frames.at(-1)).toEqual({ event: "end", data: { reason: "final" } });
    const [queued, , final] = frames.filter(isStored);
    const resumed = await collect(
      (await openStream(`${service.url}/v1/jobs/${id}/events`, { after: queued?.id ?? 0 })).frames(),
    );
    expect(resumed).toEqual(frames.slice(1));
    // Nothing is left: the answer that stops an EventSource.
    expect((await openStream(`${service.url}/v1/jobs/${id}/events`, { after: final?.id ?? 0 })).status).toBe(204);
  });

  it("ends for clients that keep their connections", async () => {
    const { id } = await runJob(service);
    const headers = { authorization: `Bearer ${ADMIN_KEY}`, connection: "keep-alive" };
    const response = await fetch(`${service.url}/v1/jobs/${id}/events`, { headers });
    expect(await response.text()).toMatch(/^retry: 1000\n\nid: [\s\S]*event: end\ndata: \{"reason":"final"\}\n\n$/);
    expect(response.headers.get("connection")).toBe("close");
  });

  it("follows a job while it runs, and no other", async () => {
    const body = { ...BELL_BODY, target: "mock-qpu", mode: "plan" };
    const held: JobView = await bodyOf(service.call("POST", "/v1/jobs", { body }));
    const stream = await openStream(`${service.url}/v1/jobs/${held.id}/events`);
    const ending = collect(stream.frames());
    await runJob(service);
    await bodyOf(service.call("POST", `/v1/jobs/${held.id}:cancel`));
    const frames = await ending;
    expect(frames.map(({ event }) => event)).toEqual(["planned", "cancelled", "end"]);
    expect(new Set(frames.slice(0, -1).map(jobOf))).toEqual(new Set([held.id]));
  });

  it("shows how far a long job is", async () => {
    const source = longCircuit(20, 60);
    const body = { type: "circuit", input: { format: "openqasm3", source } };
    const { id }: JobView = await bodyOf(service.call("POST", "/v1/jobs", { body }));
    const stream = await openStream(`${service.url}/v1/jobs/${id}/events`);
    const seen: LiveMessage[] = [];
    for await (const frame of stream.frames()) {
      seen.push(frame);
      // It may have ended by then.
      if (frame.event === "progress") await service.call("POST", `/v1/jobs/${id}:cancel`);
    }
    const progress = seen.find(({ event }) => event === "progress");
    expect(progress).toMatchObject({ data: { jobId: id, total: expect.any(Number), done: expect.any(Number) } });
    expect(eventsOf(seen, id).slice(0, 2)).toEqual(["queued", "running"]);
  }, 60_000);
});

describe("one tenant's events", () => {
  let foreign: NewKeyView;
  beforeAll(async () => {
    await bodyOf(service.call("POST", "/v1/tenants", { body: { id: "acme" } }));
    foreign = await newKey("ci", "operator");
  });

  const newKey = (name: string, role: Role): Promise<NewKeyView> =>
    bodyOf(service.call("POST", "/v1/tenants/acme/keys", { body: { name, role } }));

  const refusal = async (stream: OpenStream, id: string): Promise<unknown> => {
    const { requestId: _, ...problem } = JSON.parse(await stream.text()) as { requestId: string; detail: string };
    return { ...problem, status: stream.status, detail: problem.detail.replace(id, "ID") };
  };

  it("are answered like unknown ones to another", async () => {
    const { id } = await runJob(service);
    const never = newJobId(0);
    const answers = [];
    for (const each of [id, never]) {
      const stream = await openStream(`${service.url}/v1/jobs/${each}/events`, { key: foreign.key });
      answers.push(await refusal(stream, each));
    }
    expect(answers[0]).toMatchObject({ status: 404, code: "not-found" });
    expect(answers[0]).toEqual(answers[1]);
  });

  it("never reach another", async () => {
    const stream = await openStream(`${service.url}/v1/events?after=0`, { key: foreign.key });
    await runJob(service);
    const { id } = await runJob(service, foreign.key);
    const frames = await take(stream, 3);
    expect(frames.map((frame) => [frame.id, jobOf(frame)])).toEqual([1, 2, 3].map((k) => [k, id]));
    stream.destroy();
  });

  it("end with the key that reads them", async () => {
    const reader = await newKey("reader", "auditor");
    const [ending, going] = [
      await openStream(`${service.url}/v1/events`, { key: reader.key }),
      await openStream(`${service.url}/v1/events`, { key: foreign.key }),
    ];
    await bodyOf(service.call("DELETE", `/v1/tenants/acme/keys/${reader.id}`));
    expect(await collect(ending.frames())).toEqual([{ event: "end", data: { reason: "key-not-valid" } }]);
    expect((await openStream(`${service.url}/v1/events`, { key: reader.key })).status).toBe(401);
    await runJob(service, foreign.key);
    expect((await take(going, 3)).map(({ event }) => event)).toEqual(STATES);
    going.destroy();
  });
});
