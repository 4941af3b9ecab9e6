import { describe, expect, it } from "vitest";
import type { Column } from "../../bench/hash-columns.mjs";
import { hashReport } from "../../bench/hash-report.mjs";
import { recordedRows, workloadRows } from "../../bench/hash-rows.mjs";
import { JOB_TYPES } from "../../ts/models/job-type.ts";

const cell = (hash: string, isShared = true) => ({ hash, isShared });

describe("the hash matrix", () => {
  it("has one value in a row, and names those columns that had the threads", () => {
    const cells = new Map([
      [
        "toy",
        new Map([
          ["node/1", cell("aa")],
          ["node/2", cell("aa", false)],
          ["bun/1", cell("aa")],
        ]),
      ],
    ]);
    const { lines, differing } = hashReport([{ name: "toy", recorded: "aa" }], cells);
    expect(differing).toBe(0);
    expect(lines).toEqual([expect.stringMatching(/^toy +aa node\/1 bun\/1$/), "one value in each of 1 rows"]);
  });

  it.each([
    ["two columns", undefined, [cell("aa"), cell("bb")]],
    ["a column that shared nothing", undefined, [cell("aa"), cell("bb", false)]],
    ["all columns from what is recorded", "cc", [cell("aa"), cell("aa")]],
    ["no column at all", undefined, []],
  ])("is wrong where %s differ", (_, recorded, values) => {
    const columns = new Map(values.map((value, k) => [`node/${k + 1}`, value]));
    const row = { name: "toy", ...(recorded !== undefined && { recorded }) };
    const { lines, differing } = hashReport([row], new Map([["toy", columns]]));
    expect([differing, lines.at(-1)]).toEqual([1, "1 rows differ"]);
    expect(lines).toHaveLength(2 + values.length + (recorded === undefined ? 0 : 1));
  });

  it("covers recorded runs and workloads of all engines, with threads where there is a build for them", async () => {
    const asked: { type: string; options: object & { threads?: number } }[] = [];
    const run: Column["run"] = async (request) => {
      asked.push(request);
      return { resultHash: "aa", fewerThreads: "no" };
    };
    const rows = [...recordedRows(), ...workloadRows(16)];
    for (const row of rows) expect((await row.run({ run, close: () => {} }, 2)).isShared).toBe(false);
    expect(new Set(asked.map(({ type }) => type))).toEqual(new Set(JOB_TYPES));
    expect(asked.length).toBeGreaterThan(120);
    for (const { type, options } of asked) {
      expect(options.threads).toBe(type === "circuit" || type === "anneal" ? 2 : undefined);
    }
  });
});
