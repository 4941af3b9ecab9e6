import { expect, it } from "vitest";
import { Inflow } from "../../ts/jobs/inflow.ts";

it("is a flood when in a whole window many more jobs came than ended, and until one in which they did not", () => {
  let now = 0;
  const inflow = new Inflow(() => now);
  const pass = (came: number, ended: number): boolean => {
    for (let k = 0; k < came; k++) inflow.count("came");
    for (let k = 0; k < ended; k++) inflow.count("ended");
    now += 200;
    return inflow.isFlood;
  };
  expect(inflow.isFlood).toBe(false);
  expect(pass(16, 0)).toBe(false); // A few at an idle service.
  expect(pass(97, 20)).toBe(true);
  now += 199;
  expect(inflow.isFlood).toBe(true);
  now++;
  expect(inflow.isFlood).toBe(false);
  expect(pass(96, 20)).toBe(false);
});
