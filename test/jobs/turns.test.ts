import { expect, it } from "vitest";
import { Turns } from "../../ts/jobs/turns.ts";

const never = new AbortController().signal;

it("lets as many compute as it was told, the others in their order", async () => {
  const turns = new Turns(2);
  const begun: number[] = [];
  const takes = [0, 1, 2, 3].map((k) =>
    turns.take(1, never).then((end) => {
      begun.push(k);
      return end;
    }),
  );
  const [first, second] = await Promise.all(takes.slice(0, 2));
  expect(begun).toEqual([0, 1]);
  second?.();
  second?.(); // Ends its own turn only.
  await takes[2];
  expect(begun).toEqual([0, 1, 2]);
  first?.();
  await takes[3];
  expect(begun).toEqual([0, 1, 2, 3]);
});

it("nobody overtakes who was called, before he goes on", async () => {
  const turns = new Turns(1);
  const end = await turns.take(1, never);
  const called = turns.take(1, never);
  end();
  const late = turns.take(1, never);
  const order: string[] = [];
  const both = [
    called.then((done) => {
      order.push("called");
      done();
    }),
    late.then(() => order.push("late")),
  ];
  await Promise.all(both);
  expect(order).toEqual(["called", "late"]);
});

it("who is told to stop leaves the queue, and the next one comes", async () => {
  const turns = new Turns(1);
  const end = await turns.take(1, never);
  const stop = new AbortController();
  const stopped = turns.take(1, stop.signal);
  const next = turns.take(1, never);
  stop.abort("superseded");
  await expect(stopped).rejects.toMatchObject({ code: "cancelled", message: expect.stringContaining("superseded") });
  await expect(turns.take(1, AbortSignal.abort("late"))).rejects.toMatchObject({ code: "cancelled" });
  end();
  (await next)();
});

it("is quick while all that computes, and what began last, is predicted to be", async () => {
  const turns = new Turns(2);
  expect(turns.areQuick).toBe(false);
  const quick = await turns.take(3, never);
  expect(turns.areQuick).toBe(true);
  const long = await turns.take(10_000, never);
  expect(turns.areQuick).toBe(false);
  quick();
  const again = await turns.take(3, never);
  expect(turns.areQuick).toBe(false);
  long();
  expect(turns.areQuick).toBe(true);
  again();
});
