import { expect, it } from "vitest";
import type { JobView } from "../../ts/models/job-view.ts";
import { openStream, runJob, type StoredFrame, take } from "../http/event-streams.ts";
import { serviceOfTest } from "../http/service.ts";
import { randomNumbers } from "../random-numbers.ts";

it("live events come once and in order over 200 connections that break anywhere while jobs run", async () => {
  const service = await serviceOfTest();
  const random = randomNumbers(11);
  const got: StoredFrame[] = [];
  const jobs: Promise<JobView>[] = [];
  const url = `${service.url}/v1/events`;
  const last = (): number => got.at(-1)?.id ?? 0;
  for (let k = 0; k < 200; k++) {
    jobs.push(runJob(service));
    // By header and by query in turns; both mean the same.
    const stream = await (k % 2 ? openStream(url, { after: last() }) : openStream(`${url}?after=${last()}`));
    got.push(...(await take(stream, random(4))));
    stream.destroy();
  }
  const ids = (await Promise.all(jobs)).map(({ id }) => id);
  const rest = await openStream(url, { after: last() });
  got.push(...(await take(rest, 3 * ids.length - got.length)));
  rest.destroy();
  expect(got.map(({ id }) => id)).toEqual(Array.from({ length: 3 * ids.length }, (_, k) => k + 1));
  for (const id of ids) {
    const events = got.filter(({ data }) => data.jobId === id).map(({ event }) => event);
    expect(events).toEqual(["queued", "running", "succeeded"]);
  }
});
