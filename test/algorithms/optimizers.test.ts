import { describe, expect, it } from "vitest";
import { Adam } from "../../ts/algorithms/adam.ts";
import { drawSeed, drawSigns, drawStart } from "../../ts/algorithms/draws.ts";
import { inOrder } from "../../ts/algorithms/in-order.ts";
import { Lbfgs } from "../../ts/algorithms/lbfgs.ts";
import { type MinimizeOptions, minimize } from "../../ts/algorithms/minimize.ts";
import { NelderMead } from "../../ts/algorithms/nelder-mead.ts";
import type { Objective, Stepper } from "../../ts/algorithms/objective.ts";
import type { HybridProgress } from "../../ts/algorithms/ports.ts";
import { Spsa } from "../../ts/algorithms/spsa.ts";

/** Σ weightₖ (xₖ − k)² */
class Bowl implements Objective {
  readonly #weights: readonly number[];
  readonly asked: number[][] = [];

  constructor(...weights: number[]) {
    this.#weights = weights;
  }

  get dimension(): number {
    return this.#weights.length;
  }

  get evaluations(): number {
    return this.asked.length;
  }

  async energy(point: readonly number[]): Promise<number> {
    this.asked.push([...point]);
    return this.#weights.reduce((sum, weight, k) => sum + weight * ((point[k] ?? 0) - k) ** 2, 0);
  }

  async energies(points: readonly (readonly number[])[]): Promise<number[]> {
    return Promise.all(points.map((point) => this.energy(point)));
  }

  async gradient(point: readonly number[]): Promise<number[]> {
    return this.#weights.map((weight, k) => 2 * weight * ((point[k] ?? 0) - k));
  }
}

const OPTIONS: MinimizeOptions = { maxIterations: 500, tolerance: 1e-12, answer: "lowest" };

describe("ADAM", () => {
  it("takes the steps of algorithm 1 of Kingma & Ba", () => {
    const adam = new Adam(0.1);
    const gradients = [
      [0.5, -2],
      [0.25, -1],
      [-0.125, 3],
    ];
    let point = [1, 1];
    const expected = [1, 1];
    gradients.forEach((gradient, t) => {
      point = adam.step(point, gradient);
      // Written out with sums over the past, not with running means.
      expected.forEach((value, k) => {
        const past = gradients.slice(0, t + 1).map((each) => each[k] ?? 0);
        const mean = past.reduce((sum, g, s) => sum + 0.1 * 0.9 ** (t - s) * g, 0) / (1 - 0.9 ** (t + 1));
        const square = past.reduce((sum, g, s) => sum + 0.001 * 0.999 ** (t - s) * g * g, 0) / (1 - 0.999 ** (t + 1));
        expected[k] = value - (0.1 * mean) / (Math.sqrt(square) + 1e-8);
      });
      expect(point).toEqual(expected.map((value) => expect.closeTo(value, 12)));
    });
  });

  it("finds the bottom of a bowl", async () => {
    const minimum = await minimize(new Bowl(1, 10), new Adam(0.1), [3, -3], OPTIONS, {});
    expect(minimum.converged).toBe(true);
    expect(minimum.energy).toBeLessThan(1e-9);
  });
});

describe("SPSA", () => {
  const settings = { seed: 3, maxIterations: 200, learningRate: 0.3, perturbation: 0.1 };

  it("makes the first step about as long as it was told, whatever the scale of the energy", async () => {
    for (const scale of [1e-6, 1, 1e6]) {
      const start = [3, -3, 4, 0];
      const bowl = new Bowl(scale, scale, scale, scale);
      const { point: next } = await new Spsa(settings).next(bowl, { point: start, energy: 0, iteration: 0 });
      const steps = next.map((value, k) => Math.abs(value - (start[k] ?? 0)));
      expect(Math.max(...steps) - Math.min(...steps)).toBeLessThan(1e-9);
      expect(steps[0]).toBeGreaterThan(0.3 / 4);
      expect(steps[0]).toBeLessThan(0.3 * 4);
      // Ten directions of the calibration and one of the step.
      expect(bowl.evaluations).toBe(22);
    }
  });

  it("shortens steps and perturbations as 5/8 and 1/8 powers", async () => {
    // A slope of 1 in every parameter: a step is the gain times the sum of the signs.
    const asked: number[] = [];
    const plane: Objective = {
      dimension: 1,
      evaluations: 0,
      energy: async ([x = 0]) => x,
      energies: async (points) => {
        asked.push((points[0]?.[0] ?? 0) - (points[1]?.[0] ?? 0));
        return points.map(([x = 0]) => x);
      },
      gradient: async () => [1],
    };
    const spsa = new Spsa(settings);
    const step = async (iteration: number) =>
      -((await spsa.next(plane, { point: [0], energy: 0, iteration })).point[0] ?? 0);
    expect(await step(0)).toBeCloseTo(0.3, 12);
    expect(Math.abs(asked.at(-1) ?? 0)).toBeCloseTo(0.2, 12);
    expect(await step(63)).toBeCloseTo(0.3 * (21 / 84) ** (5 / 8), 12);
    expect(Math.abs(asked.at(-1) ?? 0)).toBeCloseTo(0.2 / 64 ** (1 / 8), 12);
  });

  it("finds the bottom of a bowl", async () => {
    const minimum = await minimize(new Bowl(1, 2), new Spsa(settings), [3, -3], { ...OPTIONS, maxIterations: 200 }, {});
    // It began at 41, the sum of 9 and 2 · 16.
    expect(minimum.trace[0]).toBe(41);
    expect(minimum.energy).toBeLessThan(0.1);
  });

  it("stands where the energy is flat", async () => {
    const next = await new Spsa(settings).next(new Bowl(0, 0), { point: [1, 2], energy: 0, iteration: 0 });
    expect(next).toEqual({ point: [1, 2] });
  });
});

/** (1 − x)² + 100 (y − x²)², a bent valley. */
class Valley extends Bowl {
  override async energy([x = 0, y = 0]: readonly number[]): Promise<number> {
    this.asked.push([x, y]);
    return (1 - x) ** 2 + 100 * (y - x * x) ** 2;
  }

  override async gradient([x = 0, y = 0]: readonly number[]): Promise<number[]> {
    return [-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)];
  }
}

describe("L-BFGS", () => {
  it("walks through Rosenbrock's valley to its end", async () => {
    const valley = new Valley(1, 1);
    const minimum = await minimize(valley, new Lbfgs(0.1), [-1.2, 1], OPTIONS, {});
    expect(minimum.converged).toBe(true);
    expect(minimum.point).toEqual([expect.closeTo(1, 6), expect.closeTo(1, 6)]);
    expect(minimum.trace.length).toBeLessThan(80);
    // No energy is computed twice, and each lies below the one before.
    expect(new Set(valley.asked.map(String)).size).toBe(valley.evaluations);
    expect(minimum.trace).toEqual(minimum.trace.toSorted((a, b) => b - a));
  });

  it("takes the step of Newton's method in a bowl once it has seen both curvatures", async () => {
    const bowl = new Bowl(1, 10);
    const minimum = await minimize(bowl, new Lbfgs(0.1), [3, -3], { ...OPTIONS, maxIterations: 12 }, {});
    expect(minimum.energy).toBeLessThan(1e-12);
  });

  it("stays where there is no slope, and goes no further than a radian at once", async () => {
    const place = { point: [0, 1], energy: 0, iteration: 0 };
    expect(await new Lbfgs(0.1).next(new Bowl(1, 1), place)).toEqual({ point: [0, 1], energy: 0 });
    const far = await new Lbfgs(50).next(new Bowl(1), { point: [9], energy: 81, iteration: 0 });
    expect(far.point).toEqual([8]);
  });
});

describe("Nelder and Mead's simplex", () => {
  it("walks through Rosenbrock's valley to its end without a gradient", async () => {
    const valley = new Valley(1, 1);
    valley.gradient = () => Promise.reject(new Error("nobody asks for it"));
    const minimum = await minimize(valley, new NelderMead(0.5, true), [-1.2, 1], OPTIONS, {});
    expect(minimum.converged).toBe(true);
    expect(minimum.point).toEqual([expect.closeTo(1, 4), expect.closeTo(1, 4)]);
  });

  it("finds the bottom of a line, and of a bowl of six parameters", async () => {
    for (const weights of [[2], [1, 2, 3, 4, 5, 6]]) {
      const start = weights.map(() => 3);
      const minimum = await minimize(new Bowl(...weights), new NelderMead(0.3, true), start, OPTIONS, {});
      expect(minimum.energy).toBeLessThan(1e-6);
    }
  });

  it("has the best point measured again where energies are noisy", async () => {
    const step = await new NelderMead(0.3, false).next(new Bowl(1), { point: [2], energy: 4, iteration: 0 });
    expect(step.energy).toBeUndefined();
  });
});

describe("a search", () => {
  /** Goes through the given points. */
  const through = (...points: number[][]): Stepper => ({
    stillSteps: 10,
    next: async (_, { iteration }) => ({ point: points[iteration % points.length] ?? [] }),
  });

  it("gives the lowest energy of the trace, or the last one where energies are noisy", async () => {
    const options = { maxIterations: 3, tolerance: 0 };
    const search = (answer: "lowest" | "last") =>
      minimize(new Bowl(1), through([1], [0.5], [2]), [3], { ...options, answer }, {});
    expect(await search("lowest")).toEqual({ point: [0.5], energy: 0.25, trace: [9, 1, 0.25, 4], converged: false });
    expect(await search("last")).toMatchObject({ point: [2], energy: 4 });
  });

  it("ends when the last eleven energies are within the tolerance, and not before", async () => {
    const run = async (tolerance: number) =>
      (await minimize(new Bowl(1), through([1]), [2], { ...OPTIONS, maxIterations: 50, tolerance }, {})).trace.length;
    expect(await run(1e-9)).toBe(12); // 4, then eleven times 1
    expect(await run(3)).toBe(11); // 4 … 1 is within 3 already
    expect(await run(0)).toBe(51);
  });

  it("tells of the start and of each iteration", async () => {
    const told: HybridProgress[] = [];
    const onProgress = (progress: HybridProgress) => told.push(progress);
    await minimize(new Bowl(1), through([1], [2]), [3], { ...OPTIONS, maxIterations: 2 }, { onProgress });
    expect(told).toEqual([
      { iteration: 0, maxIterations: 2, energy: 9, bestEnergy: 9, evaluations: 1 },
      { iteration: 1, maxIterations: 2, energy: 1, bestEnergy: 1, evaluations: 2 },
      { iteration: 2, maxIterations: 2, energy: 4, bestEnergy: 1, evaluations: 3 },
    ]);
  });

  it("stops on the signal, with its reason as the cause", async () => {
    const abort = new AbortController();
    const reason = new Error("enough");
    const onProgress = ({ iteration }: HybridProgress) => iteration === 2 && abort.abort(reason);
    const bowl = new Bowl(1);
    const search = minimize(
      bowl,
      through([1]),
      [3],
      { ...OPTIONS, tolerance: 0 },
      { onProgress, signal: abort.signal },
    );
    await expect(search).rejects.toMatchObject({ code: "cancelled", cause: reason });
    expect(bowl.evaluations).toBe(3);
  });
});

describe("evaluations at once", () => {
  it("are as many as allowed, and answered in the order of the items", async () => {
    let [running, most] = [0, 0];
    const waiting: (() => void)[] = [];
    const answers = inOrder([1, 2, 3, 4, 5], 2, async (item) => {
      most = Math.max(most, ++running);
      // The later of two is answered first.
      await new Promise<void>((resolve) => {
        waiting.push(resolve);
        if (waiting.length === 2 || item === 5) for (const go of waiting.splice(0).reverse()) go();
      });
      running--;
      return item * 10;
    });
    expect(await answers).toEqual([10, 20, 30, 40, 50]);
    expect(most).toBe(2);
  });

  it("end with the first failure, and no further one is started", async () => {
    const started: number[] = [];
    const run = inOrder([1, 2, 3, 4], 1, async (item) => {
      started.push(item);
      if (item === 2) throw new Error("two");
    });
    await expect(run).rejects.toThrow("two");
    expect(started).toEqual([1, 2]);
  });
});

describe("random numbers of a search", () => {
  // Seeds mean the same in every release.
  it("are these for the seed 7", () => {
    expect(drawStart(7, 3, 0.1)).toEqual(RECORDED.start);
    expect(drawSigns(7, "direction", 2, 12).join(" ")).toBe(RECORDED.direction);
    expect(drawSigns(7, "calibration", 2, 12).join(" ")).toBe(RECORDED.calibration);
    expect([drawSeed(7, "circuit", 5, 1), drawSeed(7, "sampling", 0, 0)]).toEqual(RECORDED.seeds);
  });

  it("are signs that hardly depend on their place, also beyond a block of 128", () => {
    const [rows, width] = [400, 200];
    const sums = new Array(width).fill(0);
    for (let k = 0; k < rows; k++) {
      for (const [at, sign] of drawSigns(1, "direction", k, width).entries()) sums[at] += sign;
    }
    // 5σ of a sum of 400 signs is 100.
    expect(Math.max(...sums.map(Math.abs))).toBeLessThan(100);
    expect(new Set(sums).size).toBeGreaterThan(20);
  });
});

// By an implementation in Python that shares nothing with this one.
const RECORDED = {
  start: [0.07706467910439928, -0.08864337391872223, -0.07531148214261846],
  direction: "1 -1 1 -1 1 1 -1 -1 -1 -1 -1 -1",
  calibration: "-1 -1 1 1 1 1 -1 -1 1 1 -1 1",
  seeds: [7607949323522843, 8473076088519901],
};
