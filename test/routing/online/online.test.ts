import { existsSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { eventWords, uniform } from "../../../ts/core/philox.ts";
import type { RoutingExample } from "../../../ts/routing/models/example.ts";
import { choose, fitModelRouter, predictFrom } from "../../../ts/routing/models/model-router.ts";
import { readRoutingData } from "../../../ts/routing/models/read-routing-data.ts";
import { ArmPosterior } from "../../../ts/routing/online/arm-posterior.ts";
import { comparePolicies, type LoggedDecision } from "../../../ts/routing/online/off-policy.ts";
import { OnlineLearner } from "../../../ts/routing/online/online-learner.ts";
import { curveOf, drawFrom, simulate } from "../../../ts/routing/online/simulate.ts";
import { thompsonChances } from "../../../ts/routing/online/thompson-chances.ts";
import { dataFile, syntheticRows } from "../models/synthetic.ts";

const draw = (index: number, event: number): number => uniform(eventWords(5, 61, index, event));
/** Standard normal by twelve uniform numbers. */
const normal = (index: number): number =>
  Array.from({ length: 12 }, (_, k) => draw(index, k)).reduce((a, b) => a + b) - 6;

describe("thompsonChances", () => {
  it.each([
    [
      [0.5, 0.5],
      [0.1, 0.1],
    ],
    [
      [0.6, 0.5, 0.2],
      [0.05, 0.1, 0.2],
    ],
    [
      [0.6, 0.55, 0.5, 0.1],
      [0.001, 0.2, 0.05, 0.01],
    ],
  ])("are how often each draw is the highest: means %j, sds %j", (means, sds) => {
    const chances = thompsonChances(Float64Array.from(means), Float64Array.from(sds));
    const draws = 4000;
    const wins = means.map(() => 0);
    for (let n = 0; n < draws; n++) {
      const drawn = means.map((mean, k) => mean + (sds[k] ?? 0) * normal(n * means.length + k));
      const best = drawn.indexOf(Math.max(...drawn));
      wins[best] = (wins[best] ?? 0) + 1;
    }
    // Five standard errors, and what 32 cells and the sum of twelve are off by.
    wins.forEach((count, k) => {
      const p = chances[k] ?? 0;
      expect(Math.abs(count / draws - p)).toBeLessThan(5 * Math.sqrt((p * (1 - p)) / draws) + 0.01);
    });
    expect(chances.reduce((a, b) => a + b)).toBeCloseTo(1, 12);
  });
});

describe("ArmPosterior", () => {
  it("is the ridge regression of its outcomes, solved by hand for one feature", () => {
    const arm = new ArmPosterior(1);
    const one = Float64Array.of(1);
    expect(arm.lift(one)).toBe(0);
    expect(arm.doubt(one)).toBeCloseTo(0.03, 12);
    const memory = 1 - 1 / 5000;
    const prior = 0.2 / 0.03 ** 2;
    let [precision, shift] = [prior, 0];
    for (const lift of [0.5, -0.2, 0.4]) {
      arm.fade();
      arm.learn(one, lift);
      precision = memory * precision + (1 - memory) * prior + 1;
      shift = memory * shift + lift;
    }
    expect(arm.lift(one)).toBeCloseTo(shift / precision, 12);
    expect(arm.doubt(one)).toBeCloseTo(Math.sqrt(0.2 / precision), 12);
  });

  it("finds the weights that made the outcomes, and doubts less where it has seen more", () => {
    const arm = new ArmPosterior(3);
    const features = (n: number) => Float64Array.of(1, draw(n, 0) - 0.5, 2 * draw(n, 1) - 1);
    for (let n = 0; n < 4000; n++) {
      const [a = 0, b = 0, c = 0] = features(n);
      arm.fade();
      arm.learn(features(n), 0.1 * a - 0.2 * b + 0.05 * c + 0.3 * (draw(n, 2) - 0.5));
    }
    // The prior of 0.03 holds weights back: by up to its precision, 222 outcomes of 2,000.
    expect(arm.lift(Float64Array.of(1, 0, 0))).toBeCloseTo(0.1, 1);
    expect(arm.lift(Float64Array.of(0, 1, 0))).toBeLessThan(-0.05);
    expect(arm.doubt(Float64Array.of(1, 0, 0))).toBeLessThan(0.012);
    expect(arm.doubt(Float64Array.of(0, 9, 0))).toBeGreaterThan(arm.doubt(Float64Array.of(0, 1, 0)));
  });
});

const data = readRoutingData(dataFile(syntheticRows(3000, 3)));
const router = fitModelRouter(data.models, data.examples.slice(0, 200), 0);
const stream = data.examples.slice(200);
const newLearner = (of = router): OnlineLearner =>
  new OnlineLearner(of.bias.subarray(of.tasks.length), of.tasks.length);

describe("OnlineLearner", () => {
  it("gives every model that may answer its share of 2 %, and the others nothing", () => {
    const prediction = predictFrom(router, (stream[0] as RoutingExample).features, 80);
    const { chances } = newLearner().decide(prediction, undefined, [0, 2]);
    expect(chances[1]).toBe(0);
    for (const k of [0, 2]) expect(chances[k]).toBeGreaterThanOrEqual(0.01);
    expect(chances.reduce((a, b) => a + b)).toBeCloseTo(1, 12);
  });

  it("goes to the cheap one when that is what is valued", () => {
    const prediction = predictFrom(router, (stream[0] as RoutingExample).features, 80);
    const { chances } = newLearner().decide(prediction, (quality, model) => quality - 10 * model);
    expect(chances[0]).toBeGreaterThan(0.98);
  });

  it("leaves a model that became bad, and tries it again when that is long ago", () => {
    const learner = newLearner();
    const shares: number[] = [];
    for (let phase = 0; phase < 4; phase++) {
      let asked = 0;
      stream.forEach(({ features, prompt, quality }, n) => {
        const prediction = predictFrom(router, features, prompt.length);
        const { chances } = learner.decide(prediction);
        const model = drawFrom(chances, draw(n, 20 + phase));
        if (model === 0 && n >= stream.length - 500) asked++;
        const came = phase === 0 && model === 0 ? 0 : (quality[model] ?? 0);
        learner.learn({ ...learner.evidence(prediction, model), model, chance: chances[model] ?? 1, quality: came });
      });
      shares.push(asked / 500);
    }
    // A third of the prompts is best answered by model 0, while it is good.
    expect(shares[0]).toBeLessThan(0.05);
    expect(shares[3]).toBeGreaterThan(0.2);
  });

  it("falls back to the best single model when predictions are off, and comes back when they are not", () => {
    const learner = newLearner();
    const modes = new Set<string>();
    const step = (n: number, came: (model: number) => number) => {
      const { features, prompt } = stream[n % stream.length] as RoutingExample;
      const prediction = predictFrom(router, features, prompt.length);
      const { chances, mode } = learner.decide(prediction);
      const model = drawFrom(chances, draw(n, 30));
      learner.learn({
        ...learner.evidence(prediction, model),
        model,
        chance: chances[model] ?? 1,
        quality: came(model),
      });
      return { mode, chances };
    };
    let last = step(0, () => 1);
    for (let n = 1; n < 400; n++) {
      // Every model is now as good as the place of its name says: nothing of it depends on the prompt.
      last = step(n, (model) => [0, 0.1, 0.3][model] ?? 0);
      modes.add(last.mode);
    }
    expect([...modes]).toEqual(["thompson", "static"]);
    expect(learner.calibrationError).toBeGreaterThan(0.1);
    expect(last.chances[2]).toBeGreaterThan(0.9);
    for (let n = 400; n < 4000; n++) last = step(n, (model) => [0, 0.1, 0.3][model] ?? 0);
    expect(last.mode).toBe("thompson");
    expect(last.chances[2]).toBeGreaterThan(0.9);
  });
});

/** Where `llmrouter.dev.jsonl.gz` and `routellm.dev.jsonl.gz` are. */
const FOLDER = process.env.KETFLOW_ROUTING_DATA;
describe.each(["llmrouter", "routellm"])("on the development data, %s", (name) => {
  const file = `${FOLDER}/${name}.dev.jsonl.gz`;
  it.skipIf(FOLDER === undefined || !existsSync(file))(
    "is never more than a point below the best single model after 500 requests, with a prior of a fifth of the data",
    () => {
      const { models, examples } = readRoutingData(gunzipSync(readFileSync(file)).toString());
      const runs = Array.from({ length: name === "routellm" ? 1 : 4 }, (_, run) => {
        const known = examples.filter((_, row) => row % 5 === run);
        const rest = examples.filter((_, row) => row % 5 !== run);
        return simulate(fitModelRouter(models, known, 0), rest, 1, run);
      });
      const { curve } = curveOf(runs);
      expect(Math.min(...curve.subarray(500))).toBeGreaterThan(-0.01);
    },
    60_000,
  );
});

describe("comparePolicies", () => {
  const greedy = (chosen: number, models: number) =>
    Float64Array.from({ length: models }, (_, k) => (k === chosen ? 1 : 0));

  const rows = stream.slice(0, 500);
  const predictions = rows.map(({ features, prompt }) => predictFrom(router, features, prompt.length));
  const chosen = predictions.map((prediction) => choose(prediction, 0));

  /** Decisions of a policy that asks model 2 half of the time, as evidence of the router's own choice against "always model 2". */
  function decisionsOf(run: number, expected: (row: number) => Float64Array): LoggedDecision[] {
    const chances = Float64Array.of(0.2, 0.2, 0.6);
    return rows.map(({ quality }, row) => {
      const model = drawFrom(chances, draw(row, 100 + run));
      return {
        ...{ model, chance: chances[model] ?? 1, value: quality[model] ?? 0, expected: expected(row) },
        candidate: greedy(chosen[row] ?? 0, 3),
        incumbent: greedy(2, 3),
      };
    });
  }
  const known = (row: number): Float64Array => predictions[row]?.quality ?? new Float64Array(3);
  const truth =
    rows.reduce((sum, { quality }, row) => sum + (quality[chosen[row] ?? 0] ?? 0) - (quality[2] ?? 0), 0) / rows.length;

  it.each<[string, (row: number) => Float64Array]>([
    ["the router's expectations", known],
    ["expectations that are all wrong", () => Float64Array.of(0.9, 0, 0.1)],
  ])("has the truth in 95 of 100 intervals, and in their middle, with %s", (_, expected) => {
    const runs = 250;
    let [inside, sum] = [0, 0];
    for (let run = 0; run < runs; run++) {
      const { difference } = comparePolicies(decisionsOf(run, expected));
      sum += difference.mean / runs;
      if (difference.low <= truth && truth <= difference.high) inside++;
    }
    // Four standard errors of 250 coins of 0.95. The rows are the same in each run, so intervals may be too wide, never too narrow.
    expect(inside / runs).toBeGreaterThan(0.95 - 4 * Math.sqrt((0.95 * 0.05) / runs));
    expect(Math.abs(sum - truth)).toBeLessThan(0.02);
  });

  it("says better only with evidence, and finds the better one then", () => {
    const found = comparePolicies(decisionsOf(0, known));
    expect(truth).toBeGreaterThan(0.1);
    expect(found.isBetter).toBe(true);
    const few = comparePolicies(decisionsOf(0, known).slice(0, 60));
    expect(few.isBetter).toBe(false);
    const turned = comparePolicies(
      decisionsOf(0, known).map((each) => ({
        ...each,
        candidate: each.incumbent,
        incumbent: each.candidate,
      })),
    );
    expect(turned.isBetter).toBe(false);
    expect(turned.difference.high).toBeLessThan(0);
  });

  it("does not believe a log that hardly ever asked what a policy asks", () => {
    const rare = decisionsOf(0, known).map((each) => ({ ...each, chance: each.model === 2 ? 0.6 : 0.001 }));
    expect(comparePolicies(rare).effective).toBeLessThan(400);
    const never = decisionsOf(0, known).map((each) => ({ ...each, candidate: greedy((each.model + 1) % 3, 3) }));
    expect(comparePolicies(never)).toMatchObject({ effective: 0, isBetter: false });
  });

  it("is off by far with chances that are not those of the log", () => {
    const wrong = decisionsOf(0, () => new Float64Array(3)).map((each) => ({ ...each, chance: 1 / 3 }));
    const { difference } = comparePolicies(wrong);
    expect(difference.high < truth || difference.low > truth).toBe(true);
  });
});
