import { describe, expect, it } from "vitest";
import { crossValidate, evaluateRouter } from "../../../ts/routing/models/cross-validation.ts";
import { evaluate, lambdasOf, runPolicy } from "../../../ts/routing/models/evaluation.ts";
import { choose, fitModelRouter, predict } from "../../../ts/routing/models/model-router.ts";
import { readRoutingData } from "../../../ts/routing/models/read-routing-data.ts";
import { fitRidge } from "../../../ts/routing/models/ridge.ts";
import { readRouter, writeRouter } from "../../../ts/routing/models/router-snapshot.ts";
import { dataFile, syntheticRows } from "./synthetic.ts";

const data = readRoutingData(dataFile(syntheticRows(300, 1)));
const unseen = readRoutingData(dataFile(syntheticRows(300, 2)));
const router = fitModelRouter(data.models, data.examples, 0);

describe("fitModelRouter", () => {
  it("learns which words belong to which model", () => {
    const best = (prompt: string): number => choose(predict(router, prompt), 0);
    expect(best("add seven coins, total price twice minus apples")).toBe(0);
    expect(best("a gentle poem of autumn: rhyme, moon, river, verse")).toBe(1);
    expect(best("python function to return a sorted string array")).toBe(2);
  });

  it("predicts the skill that the examples were drawn with, within three standard errors", () => {
    const { quality, cost } = predict(router, "python function loop return array index string sorted loop index");
    // About 100 examples of each task: σ ≤ √(0.25 / 100) = 0.05; shrunk by the blend's and the task's weights.
    [0.1, 0.1, 0.8].forEach((skill, k) => {
      expect(Math.abs((quality[k] ?? 0) - skill)).toBeLessThan(0.15 + 0.1);
    });
    [1, 2, 4].forEach((price, k) => {
      expect(cost[k]).toBeCloseTo(price, 6);
    });
  });

  it("goes to the cheapest when cost is everything", () => {
    expect(choose(predict(router, "python function"), 1000)).toBe(0);
  });

  it("believes a known tag, and reads the prompt where the tag is unknown", () => {
    const prompt = "python function to return a sorted string array";
    expect(choose(predict(router, prompt, "verbs"), 0)).toBe(1);
    expect(predict(router, prompt, "no such task")).toEqual(predict(router, prompt));
  });

  it("gives the same bytes each time, and others for another seed", () => {
    const bytes = (seed: number): string => writeRouter(fitModelRouter(data.models, data.examples, seed), "given").text;
    expect(bytes(0)).toBe(writeRouter(router, "given").text);
    expect(bytes(1)).not.toBe(bytes(0));
  });

  it("does without tags", () => {
    const rows = syntheticRows(300, 1).map(({ task: _, ...row }) => row);
    const untagged = readRoutingData(dataFile(rows));
    const plain = fitModelRouter(untagged.models, untagged.examples, 0);
    expect(plain.tasks).toEqual([]);
    expect(choose(predict(plain, "python function to return a sorted string array"), 0)).toBe(2);
  });
});

describe("fitRidge", () => {
  it("solves the normal equations", () => {
    const rows = data.examples.map(({ features }) => features);
    const targets = Float64Array.from(data.examples, ({ quality }) => (quality[0] ?? 0) - 0.4);
    const weights = fitRidge(rows, targets, 10);
    // The gradient of Σ (w·x − y)² / 2 + 10 |w|² / 2 is 0 at the minimum.
    const gradient = weights.map((weight) => 10 * weight);
    rows.forEach(({ indices, values }, row) => {
      const error = indices.reduce((sum, at, k) => sum + (weights[at] ?? 0) * (values[k] ?? 0), -(targets[row] ?? 0));
      indices.forEach((at, k) => {
        gradient[at] = (gradient[at] ?? 0) + error * (values[k] ?? 0);
      });
    });
    expect(Math.max(...gradient.map(Math.abs))).toBeLessThan(0.02);
  });
});

describe("router snapshots", () => {
  const { text, contentHash } = writeRouter(router, data.costUnit);

  it("come back as they were", () => {
    const saved = readRouter(text);
    expect(saved.contentHash).toBe(contentHash);
    expect(predict(saved.router, "python loop")).toEqual(predict(router, "python loop"));
    expect(writeRouter(saved.router, saved.costUnit).text).toBe(text);
  });

  it("are refused when anything in them changed", () => {
    const changed = text.replace('"costUnit":"given"', '"costUnit":"strong-calls"');
    expect(() => readRouter(changed)).toThrow(expect.objectContaining({ code: "integrity-violation" }));
    expect(() => readRouter("{}")).toThrow(/router\.format/);
    expect(() => readRouter("[")).toThrow(/not JSON/);
  });
});

describe("evaluate", () => {
  const lambdas = lambdasOf(unseen);
  const { examples } = unseen;
  const mean = data.models.map((_, k) => examples.reduce((sum, { quality }) => sum + (quality[k] ?? 0), 0) / 300);
  const constant = examples.map(({ cost }) => ({ quality: Float64Array.from(mean), cost }));

  it("gives the oracle all of the lift and a constant policy none", () => {
    const policies = [runPolicy("all", unseen, examples, lambdas), runPolicy("none", unseen, constant, lambdas)];
    const { rows, differences } = evaluate(unseen, policies, 0);
    expect(rows.map(({ figures }) => figures.aiqLift)).toEqual([1, 0]);
    expect(differences).toMatchObject([{ name: "none", lift: 1 }]);
  });

  it("finds the router between them, far above 0, on prompts that it has not seen", () => {
    const [own, rival] = evaluateRouter(unseen, router, data.examples, 0).rows;
    expect(own?.figures.aiqLift).toBeGreaterThan(0.3);
    expect(own?.liftInterval.low).toBeGreaterThan(0.2);
    expect(own?.liftInterval.low).toBeLessThan(own?.figures.aiqLift ?? 0);
    expect(own?.liftInterval.high).toBeGreaterThan(own?.figures.aiqLift ?? 1);
    expect(rival?.name).toBe("kNN + ridge");
  });

  it("measures pairs by calls of the stronger one", () => {
    // The strong model is right always, the weak one on the first half: calling it for the second half recovers everything.
    const rows = Array.from({ length: 40 }, (_, k) => ({ prompt: `p ${k}`, q: [k < 20 ? 1 : 0, 1] }));
    const pair = readRoutingData(dataFile(rows, { models: ["weak", "strong"] }));
    const policies = [runPolicy("oracle", pair, pair.examples, lambdasOf(pair))];
    const [row] = evaluate(pair, policies, 0).rows;
    // Recovered: a line from 0 to 1 over half of the calls, then 1, so ¾ in the mean; 50 % by a quarter of the calls.
    expect(row?.figures).toEqual({
      ...{ aiqLift: 1, apgr: 0.75, cpt50: 0.25, cpt80: 0.4 },
      costFor95: expect.closeTo(0.45, 12),
    });
  });

  it("judges a way of learning by folds that it has not seen", () => {
    const folds: number[] = [];
    // Words of its own for each prompt: what they say of it, they say of no other.
    const unlike = (k: number): string =>
      Array.from({ length: 8 }, (_, n) => (k * 7919 + n * 104_729).toString(36)).join(" ");
    const noise = syntheticRows(400, 3).map((row, k) => ({ ...row, task: undefined, prompt: unlike(k) }));
    const nothing = crossValidate(readRoutingData(dataFile(noise)), 0, (fold) => folds.push(fold));
    expect(folds).toEqual([1, 2, 3, 4, 5]);
    // Seen answers would give 0.08 and 0.41; so little is left when none was seen.
    for (const { figures } of nothing.rows) expect(Math.abs(figures.aiqLift)).toBeLessThan(0.05);
  });
});
