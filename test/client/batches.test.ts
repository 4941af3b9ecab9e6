import { expect, it } from "vitest";
import { BATCH_BYTES, BATCH_JOBS, batchesOf } from "../../ts/client/batches.ts";
import { withResolvers } from "../../ts/core/with-resolvers.ts";
import { LIMITS } from "../../ts/http/limits.ts";
import type { SubmitJob } from "../../ts/models/job.ts";
import { allOf } from "./all-of.ts";

const job = (source: string): SubmitJob => ({ type: "circuit", input: { format: "openqasm3", source } });

it("makes batches that the service reads", () => {
  expect(BATCH_JOBS).toBe(LIMITS.batchJobs);
  expect(LIMITS.bodyBytes - BATCH_BYTES).toBeGreaterThanOrEqual('{"jobs":[]}'.length);
});

it("fills a batch by number and by bytes, and loses nothing", async () => {
  const many = Array.from({ length: 2 * BATCH_JOBS + 1 }, (_, k) => job(`${k}`));
  const byNumber = await allOf(batchesOf(many, false));
  expect(byNumber.map((batch) => batch.length)).toEqual([BATCH_JOBS, BATCH_JOBS, 1]);
  expect(byNumber.flat().map((text) => JSON.parse(text))).toEqual(many);

  const third = job("µ".repeat(BATCH_BYTES / 6)); // two bytes each
  const large = job("x".repeat(BATCH_BYTES));
  const byBytes = await allOf(batchesOf([third, third, third, large, third], false));
  expect(byBytes.map((batch) => batch.length)).toEqual([2, 1, 1, 1]);
  for (const batch of [byBytes[0], byBytes[1]]) {
    expect(new TextEncoder().encode(`{"jobs":[${batch?.join(",")}]}`).length).toBeLessThanOrEqual(LIMITS.bodyBytes);
  }
});

it("sends what is there when the source is slow, unless batches have to be full", async () => {
  const second = withResolvers<void>();
  async function* slow(): AsyncGenerator<SubmitJob> {
    yield job("1");
    await second.promise;
    yield job("2");
  }
  const eager = batchesOf(slow(), false);
  expect((await eager.next()).value).toHaveLength(1); // though the second never came
  second.resolve();
  expect((await eager.next()).value).toHaveLength(1);
  expect(await allOf(batchesOf(slow(), true))).toHaveLength(1);
});

it("closes its source when nobody reads on", async () => {
  let isClosed = false;
  function* source(): Generator<SubmitJob> {
    try {
      for (;;) yield job("");
    } finally {
      isClosed = true;
    }
  }
  for await (const batch of batchesOf(source(), false)) if (batch.length > 0) break;
  expect(isClosed).toBe(true);
});
