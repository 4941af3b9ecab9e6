import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type GanttView, ganttRows, tickStep } from "../../ts/pictures/gantt.ts";
import { ganttSvg } from "../../ts/pictures/gantt-svg.ts";
import { ganttText } from "../../ts/pictures/gantt-text.ts";
import { textWidth } from "../../ts/pictures/labels.ts";

const SHOP: GanttView = {
  tasks: [
    { id: "1.1", start: 0, end: 30, machine: "m10" },
    { id: "1.2", start: 30, end: 50, machine: "m2" },
    { id: "2.1", start: 0, end: 20, machine: "m2" },
    { id: "2.2", start: 30, end: 70, machine: "m10" },
  ],
  makespan: 70,
  criticalPath: ["1.1", "2.2"],
};

const PROJECT: GanttView = {
  tasks: [
    { id: "paint", start: 3, end: 5 },
    { id: "build", start: 0, end: 3 },
    { id: "done", start: 5, end: 5 },
  ],
  makespan: 5,
  criticalPath: ["build", "paint", "done"],
};

describe("ganttText", () => {
  it("draws a row per machine, in the order of their numbers, and marks the critical path", () => {
    expect(`\n${ganttText(SHOP, { width: 40 })}\n`).toMatchInlineSnapshot(`
      "
      m2  ▏2.1░░░░░░     ▏1.2░░░░░░
      m10 ▏1.1███████████▏2.2█████████████████
          0    10   20   30   40   50   60
      makespan 70, █ critical
      "
    `);
  });

  it("draws a row per task where there are no machines, by start", () => {
    expect(`\n${ganttText(PROJECT, { width: 30 })}\n`).toMatchInlineSnapshot(`
      "
      build ▏█████████████
      paint               ▏█████████
      done                         █
            0   1    2    3    4   5
      makespan 5, █ critical
      "
    `);
  });

  it("draws in ASCII, and counts the rows that it leaves out", () => {
    expect(`\n${ganttText(SHOP, { width: 30, ascii: true, rows: "tasks", maxRows: 3 })}\n`).toMatchInlineSnapshot(`
      "
      2.1 |======
      1.1 |##########
      1.2            |======
      +1 more row
          0      20     40      60
      makespan 70, # critical
      "
    `);
  });

  it("has words for no tasks", () => {
    expect(ganttText({ tasks: [], makespan: 0, criticalPath: [] })).toBe("no tasks");
  });

  it("lets no name steer the terminal", () => {
    const tasks = [{ id: "\u001b[2Jx", start: 0, end: 9, machine: "\u001b]0;m\u0007" }];
    const text = ganttText({ tasks, makespan: 9, criticalPath: [] });
    expect(text).toContain("\ufffd[2Jx");
    for (const control of ["\u001b", "\u0007"]) expect(text).not.toContain(control);
  });

  it("never exceeds its width", () => {
    const task = fc.record({
      id: fc.string({ unit: "grapheme", maxLength: 30 }),
      start: fc.nat(10 ** 6),
      length: fc.nat(1000),
      machine: fc.option(fc.string({ maxLength: 40 }), { nil: undefined }),
    });
    fc.assert(
      fc.property(fc.array(task, { maxLength: 60 }), fc.integer({ min: 30, max: 120 }), (rows, width) => {
        const tasks = rows.map(({ id, start, length, machine }) => ({
          ...{ id, start, end: start + length },
          ...(machine === undefined ? {} : { machine }),
        }));
        const makespan = Math.max(0, ...tasks.map((row) => row.end));
        const criticalPath = tasks.slice(0, 5).map((row) => row.id);
        for (const line of ganttText({ tasks, makespan, criticalPath }, { width }).split("\n"))
          expect(textWidth(line)).toBeLessThanOrEqual(width);
      }),
    );
  });
});

describe("ganttRows", () => {
  it("gives tasks without a machine rows of their own, behind the machines", () => {
    const tasks = [{ id: "inspect", start: 0, end: 5 }, ...SHOP.tasks];
    const { rows, hidden } = ganttRows({ ...SHOP, tasks }, { rows: "machines" });
    expect(rows.map((row) => row.label)).toEqual(["m2", "m10", "inspect"]);
    expect(hidden).toBe(0);
  });
});

describe("tickStep", () => {
  it("is 1, 2 or 5 times a power of ten", () => {
    expect([tickStep(70, 8), tickStep(71, 7), tickStep(7, 7), tickStep(0, 3), tickStep(12_345, 4)]).toEqual([
      10, 20, 1, 1, 5000,
    ]);
  });
});

describe("ganttSvg", () => {
  it("says in words what it shows", () => {
    const svg = ganttSvg(SHOP);
    expect(svg).toContain("<title>Schedule: 4 tasks, makespan 70</title>");
    expect(svg).toContain(
      "<desc>a row for each machine; 2.1 on m2: 0 to 20; 1.1 on m10: 0 to 30, critical; 1.2 on m2: 30 to 50; 2.2 on m10: 30 to 70, critical</desc>",
    );
  });

  it("draws each task to scale and frames the critical ones", () => {
    const svg = ganttSvg(SHOP, { chartWidth: 700 });
    const bars = [...svg.matchAll(/<rect x="([\d.]+)" y="[\d.]+" width="([\d.]+)"[^>]*?( stroke-width="2")?>/g)];
    expect(bars.map(([, , width, frame]) => [Number(width), frame !== undefined])).toEqual([
      [200, false],
      [200, false],
      [300, true],
      [400, true],
    ]);
    expect(bars.map(([, x]) => Number(x) - Number(bars[0]?.[1]))).toEqual([0, 300, 0, 300]);
  });

  it("escapes names, and stays in its frame", () => {
    const tasks = [{ id: `<script>"&'`, start: 0, end: 9, machine: "a<b" }];
    const svg = ganttSvg({ tasks, makespan: 9, criticalPath: [] });
    expect(svg).not.toContain("<script>");
    expect(svg).toContain("&lt;script&gt;&quot;&amp;&#39;");
    expect(svg).toContain("a&lt;b");
  });

  it("counts the rows that it leaves out", () => {
    expect(ganttSvg(SHOP, { rows: "tasks", maxRows: 3 })).toContain("+1 more row<");
  });
});
