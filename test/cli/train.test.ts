import { describe, expect, it } from "vitest";
import { returnCurve } from "../../ts/cli/return-curve.ts";
import type { Terminal } from "../../ts/cli/terminal.ts";
import { trainingLine } from "../../ts/cli/training-line.ts";
import { ketflow } from "./fake-world.ts";

describe("ketflow train", () => {
  it("shows progress and the curve so far where stderr is a terminal", () => {
    let now = 0;
    const written: string[] = [];
    const terminal = { width: 60, progress: (text: string) => written.push(text) } as unknown as Terminal;
    const { onProgress, erase } = trainingLine(terminal, () => now);
    const report = (steps: number, totals: number[]) => {
      const episodes = totals.map((total, k) => ({ step: steps - totals.length + k + 1, length: 1, total }));
      onProgress?.({ steps, totalSteps: 1000, updates: 0, isOver: false, episodes });
    };
    report(100, [10]);
    now = 2000;
    report(500, [10, 30]);
    erase();
    expect(written.map((text) => text.slice(5))).toEqual([
      " 10 %  0.00 steps/s  return 10                      ▁",
      " 50 %  200 steps/s  2.5 s left  return 20   ▁       █",
      "",
    ]);
    expect(trainingLine({ ...terminal, progress: undefined }).onProgress).toBeUndefined();
  });

  it.each([
    [["train"], /environment: give cart-pole/],
    [["train", "pong"], /environment\.name/],
    [["train", "missing.json"], /missing\.json: there is no such file/],
    [["train", "cart-pole", "--steps", "many"], /options\.steps/],
    [["train", "cart-pole", "--resume", "kept"], /environment: a checkpoint has its own; leave it out/],
  ])("%j is refused with the reason", async (args, message) => {
    const { code, stderr } = await ketflow(args);
    expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
  });
});

describe("a return curve", () => {
  it("has a bar for the mean of each part of the steps, and a gap where no episode ended", () => {
    const episodes = [
      { step: 1, length: 1, total: 10 },
      { step: 25, length: 24, total: 30 },
      { step: 60, length: 35, total: 90 },
      { step: 100, length: 40, total: 55 },
    ];
    expect(returnCurve(episodes, 100, 4)).toEqual({ bars: "▁ █▅", least: "20", most: "90", last: "55" });
    expect(returnCurve([], 10, 2)).toEqual({ bars: "  ", least: "–", most: "–", last: "–" });
    expect(returnCurve([{ step: 5, length: 5, total: -1.23456 }], 10, 1).bars).toBe("▁");
  });
});
