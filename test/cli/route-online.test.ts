import { describe, expect, it } from "vitest";
import { eventWords, uniform } from "../../ts/core/philox.ts";
import { dataFile, syntheticRows } from "../routing/models/synthetic.ts";
import { ketflow } from "./fake-world.ts";
import { scratch } from "./scratch.ts";

const rows = syntheticRows(1500, 2);
const draw = (row: number, event: number): number => uniform(eventWords(3, 62, row, event));
/** What a service that asks every model equally often would have logged. */
const decisions = rows.map(({ prompt, q }, row) => {
  const model = Math.floor(3 * draw(row, 0));
  return { prompt, model: "abc"[model], chance: 1 / 3, quality: q[model] };
});
const files = (): { folder: string } => ({
  folder: scratch({
    ...{ "train.jsonl": dataFile(syntheticRows(300, 1)), "data.jsonl": dataFile(rows) },
    "decisions.jsonl": dataFile(decisions),
    "few.jsonl": dataFile(decisions.slice(0, 40)),
    "bad.jsonl": dataFile([{ prompt: "p", model: "a", chance: 0, quality: 1 }]),
    "foreign.jsonl": dataFile([{ prompt: "p", model: "x", chance: 1, quality: 1 }], { models: ["x", "y"] }),
  }),
});

describe("ketflow route simulate", () => {
  it("prints how far the online learner is above the best single model, the same for the same seed", async () => {
    const world = files();
    const { code, stdout } = await ketflow(["route", "simulate", "data.jsonl", "--runs", "2"], world);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^2 runs, prior: a fifth of the prompts; points of quality more than always c/);
    expect(stdout).toMatch(/\n1200 +\d+\.\d\d\n/);
    // The best single model is right in 0.6 of the prompts, the best of each prompt's kind in 0.87.
    const least = Number(/least after request 500: (-?[\d.]+)/.exec(stdout)?.[1]);
    expect(least).toBeGreaterThan(10);
    expect((await ketflow(["route", "simulate", "data.jsonl", "--runs", "2"], world)).stdout).toBe(stdout);
  });

  it("takes a router as its prior", async () => {
    const world = files();
    await ketflow(["route", "fit", "train.jsonl", "--out", "router.json"], world);
    const args = ["route", "simulate", "data.jsonl", "--model", "router.json", "--runs", "1", "--json"];
    const { stdout } = await ketflow(args, world);
    const { best, curve, prior } = JSON.parse(stdout);
    expect([best, prior, curve.at(-1).requests]).toEqual(["c", "the router router.json", 1500]);
  });

  it("refuses a number of runs that is none", async () => {
    const { code, stderr } = await ketflow(["route", "simulate", "data.jsonl", "--runs", "0"], files());
    expect([code, stderr]).toEqual([2, expect.stringContaining("--runs 0: must be a whole number, 1 to 1000")]);
  });
});

describe("ketflow route judge", () => {
  it("says that a better router is better, and with too few decisions that nobody knows", async () => {
    const world = files();
    await ketflow(["route", "fit", "train.jsonl", "--out", "router.json"], world);
    const judge = (file: string, ...more: string[]) =>
      ketflow(["route", "judge", file, "--candidate", "router.json", ...more], world);
    const found = await judge("decisions.jsonl");
    expect(found.stdout).toMatch(/^1500 decisions, worth \d{3} of the policies' own\n/);
    expect(found.stdout).toMatch(/\nalways c +0\.\d{4} /);
    expect(found.stdout).toContain("\nbetter: promote the candidate\n");
    const { difference } = JSON.parse((await judge("decisions.jsonl", "--against", "a", "--json")).stdout);
    // The candidate is right in 0.87 of the prompts, a in 0.4.
    expect([difference.low < 0.47, 0.47 < difference.high]).toEqual([true, true]);
    expect((await judge("few.jsonl")).stdout).toContain("\nnot known to be better: keep what there is\n");
    expect((await judge("decisions.jsonl", "--against", "router.json")).stdout).toContain("not known to be better");
  });

  it("names what is wrong with a decision, and models that are not the router's", async () => {
    const world = files();
    await ketflow(["route", "fit", "train.jsonl", "--out", "router.json"], world);
    const judge = (file: string) => ketflow(["route", "judge", file, "--candidate", "router.json"], world);
    expect(await judge("bad.jsonl")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("chance: must be a number above 0 and up to 1"),
    });
    expect((await judge("bad.jsonl")).stderr).toContain("bad.jsonl:2");
    expect((await judge("foreign.jsonl")).stderr).toContain("the candidate has the models a, b, c; the data has x, y");
  });
});
