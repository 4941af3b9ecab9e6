import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { dataFile, syntheticRows } from "../routing/models/synthetic.ts";
import { ketflow } from "./fake-world.ts";
import { scratch } from "./scratch.ts";

const train = gzipSync(dataFile(syntheticRows(200, 1)));
const asked = dataFile(syntheticRows(150, 2));
const bad = dataFile(
  [
    { prompt: "p", q: [1, 0] },
    { prompt: "p", q: [2, 0] },
  ],
  { models: ["a", "b"] },
);

/** A folder with the files that the commands below name. */
const files = (): { folder: string } => ({
  folder: scratch({
    ...{ "train.jsonl.gz": train, "test.jsonl": asked, "bad.jsonl": bad },
    "half.gz": gzipSync("a text that is cut off").subarray(0, 20),
  }),
});

describe("ketflow route", () => {
  it("fits a router and judges it on other prompts, next to the rival", async () => {
    const world = files();
    const fitted = await ketflow(["route", "fit", "train.jsonl.gz", "--out", "router.json"], world);
    expect(fitted).toMatchObject({ code: 0, stderr: "" });
    expect(fitted.stdout).toMatch(/^router\.json: 3 models, 200 prompts, sha256 [0-9a-f]{64}\n$/);
    const args = ["route", "evaluate", "test.jsonl", "--model", "router.json", "--train", "train.jsonl.gz"];
    const { code, stdout } = await ketflow(args, world);
    expect(code).toBe(0);
    for (const name of ["random", "cheapest: a", "best single: c", "oracle"]) expect(stdout).toContain(`\n${name} `);
    expect(stdout).toMatch(/\nketflow +\d\d\.\d % /);
    expect(stdout).toMatch(/\nkNN \+ ridge +\d\d\.\d % /);
    expect(stdout).toMatch(/\nketflow less kNN \+ ridge: -?\d+\.\d points of lift, 95 % interval/);
  });

  it("splits the data where there is no router, the same way for the same seed", async () => {
    const world = files();
    const run = async (seed: string): Promise<string> =>
      (await ketflow(["route", "evaluate", "test.jsonl", "--seed", seed, "--json"], world)).stdout;
    const first = await run("3");
    expect(JSON.parse(first)).toMatchObject({ prompts: 150, judgedBy: "5-fold cross-validation", seed: 3 });
    expect(await run("3")).toBe(first);
    expect(await run("4")).not.toBe(first);
  });

  it.each([
    [["route", "evaluate", "bad.jsonl"], "bad.jsonl:3:1: q[0]: 2 must be a number, 0 to 1"],
    [["route", "evaluate", "test.jsonl", "--train", "test.jsonl"], "--train: needs --model"],
    [["route", "evaluate", "test.jsonl", "--model", "test.jsonl"], "not a router"],
    [["route", "evaluate", "none.jsonl"], "none.jsonl: there is no such file"],
    [["route", "fit", "test.jsonl", "--out", "-", "--seed", "x"], "--seed x: must be a whole number"],
    [["route", "fit", "half.gz", "--out", "-"], "half.gz: not whole gzip"],
    [["route", "fit", "test.jsonl"], "--out"],
  ])("refuses %j", async (args, message) => {
    const { code, stderr } = await ketflow(args, files());
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(message) });
  });
});
