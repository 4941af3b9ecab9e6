import { describe, expect, it } from "vitest";
import { durationText, progressLine, progressText } from "../../ts/cli/progress.ts";
import type { Terminal } from "../../ts/cli/terminal.ts";

describe("progressText", () => {
  it("has the share, the rate and the time left", () => {
    expect(progressText({ done: 3e9, total: 12e9 }, 1.5e9)).toBe(" 25 %  1.50 G updates/s  6.0 s left");
    expect(progressText({ done: 0, total: 0 }, 0)).toBe("  0 %  0.00 updates/s");
    expect(progressText({ done: 999_999, total: 1_000_000 }, 999_999)).toContain(" 99 %  1.00 M updates");
    const search = { done: 30, total: 120, best: -1.1372701413 };
    expect(progressText(search, 15, "iterations")).toBe(" 25 %  15.0 iterations/s  6.0 s left  best -1.13727014");
  });

  it.each([
    [0.0123, "12 µs"],
    [0.9996, "1.0 ms"],
    [1.26, "1.3 ms"],
    [9.96, "10 ms"],
    [99.6, "100 ms"],
    [250, "250 ms"],
    [999.7, "1.0 s"],
    [9_940, "9.9 s"],
    [9_960, "10 s"],
    [119_000, "119 s"],
    [119_600, "120 s"],
    [3_600_000, "60 min"],
    [9_000_000, "2 h 30 min"],
  ])("%d ms is %s", (ms, text) => {
    expect(durationText(ms)).toBe(text);
  });
});

describe("progressLine", () => {
  function line(): { written: string[]; at: (ms: number) => void; line: ReturnType<typeof progressLine> } {
    const written: string[] = [];
    let now = 0;
    const terminal = { progress: (text: string) => void written.push(text) } as unknown as Terminal;
    const made = progressLine(terminal, "circuit", () => now);
    const at = (ms: number): void => {
      now = ms;
      made.onProgress?.({ done: ms, total: 2000 });
    };
    return { written, at, line: made };
  }

  it("is written at most ten times a second, and not for short runs", () => {
    const { written, at } = line();
    // What passes before the first report is no part of the rate.
    for (let ms = 600; ms <= 1900; ms += 10) at(ms);
    expect(written).toHaveLength(11); // at 900, 1000, … 1900
    expect(written.at(-1)).toBe("\r\u001B[2K 95 %  1.00 k updates/s  100 ms left");
  });

  it("is erased once, and only when it was there", () => {
    const { written, at, line: made } = line();
    made.erase();
    expect(written).toEqual([]);
    at(100);
    at(500);
    made.erase();
    made.erase();
    expect(written.slice(1)).toEqual(["\r\u001B[2K"]);
  });
});
