import { readFileSync } from "node:fs";
import { type Engines, loadEngines } from "ketflow/engines";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { randomNumbers } from "../random-numbers.ts";

const read = (name: string): string => readFileSync(new URL(`../../examples/${name}`, import.meta.url), "utf8");

const Expected = z.strictObject({
  source: z.string(),
  tolerance: z.literal(1e-4),
  outputs: z.array(z.array(z.number())),
  argmax: z.array(z.int()),
});
const States = z.array(z.array(z.number()));

/** Position, speed, angle and angular speed of the pole. */
type Cart = readonly [x: number, xDot: number, theta: number, thetaDot: number];

/** A step of 0.02 s by the equations of Barto, Sutton and Anderson (1983). */
function push([x, xDot, theta, thetaDot]: Cart, action: number): Cart {
  const [sin, cos] = [Math.sin(theta), Math.cos(theta)];
  const pull = ((action === 1 ? 10 : -10) + 0.05 * thetaDot ** 2 * sin) / 1.1;
  const thetaAcc = (9.8 * sin - cos * pull) / (0.5 * (4 / 3 - (0.1 * cos ** 2) / 1.1));
  const xAcc = pull - (0.05 * thetaAcc * cos) / 1.1;
  return [x + 0.02 * xDot, xDot + 0.02 * xAcc, theta + 0.02 * thetaDot, thetaDot + 0.02 * thetaAcc];
}

const hasFallen = ([x, , theta]: Cart): boolean => Math.abs(x) > 2.4 || Math.abs(theta) > (12 * Math.PI) / 180;

describe("the CartPole network", () => {
  let engines: Engines;
  beforeAll(async () => {
    engines = await loadEngines({ threads: 1 });
  });
  afterAll(() => engines.close());

  it("values its states as numpy does", async () => {
    const { outputs, argmax, tolerance } = Expected.parse(JSON.parse(read("cartpole.expected.json")));
    const states = States.parse(JSON.parse(read("cartpole.states.json")));
    const { result } = await engines.network.forward(read("cartpole.net.json"), { states });
    expect(result.argmax).toEqual(argmax);
    expect(new Set(argmax)).toEqual(new Set([0, 1]));
    expect(result.outputs.length).toBe(outputs.length);
    const errors = outputs.flatMap((row, k) => row.map((q, a) => Math.abs((result.outputs[k]?.[a] ?? Number.NaN) - q)));
    expect(errors.filter((error) => !(error <= tolerance))).toEqual([]);
  });

  it("balances the pole: the mean of 100 episodes is at least 475 steps of 500", async () => {
    const below = randomNumbers(7);
    const start = (): number => below(100_001) / 1e6 - 0.05;
    let carts: Cart[] = Array.from({ length: 100 }, () => [start(), start(), start(), start()]);
    const network = await engines.network.load(read("cartpole.net.json"));
    let steps = 0;
    for (let step = 0; step < 500 && carts.length > 0; step += 1) {
      const { result } = await network.forward(carts);
      steps += carts.length;
      carts = carts.map((cart, k) => push(cart, result.argmax[k] ?? 0)).filter((cart) => !hasFallen(cart));
    }
    expect(steps / 100).toBeGreaterThanOrEqual(475);
  });

  it("falls when it is asked the wrong way round, so the test above can fail", async () => {
    const network = await engines.network.load(read("cartpole.net.json"));
    let cart: Cart = [0, 0, 0.01, 0];
    let steps = 0;
    for (; steps < 500 && !hasFallen(cart); steps += 1) {
      const { result } = await network.forward([cart]);
      cart = push(cart, 1 - (result.argmax[0] ?? 0));
    }
    expect(steps).toBeLessThan(50);
  });
});
