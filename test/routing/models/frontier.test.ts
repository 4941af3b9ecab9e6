import { describe, expect, it } from "vitest";
import { costOf, frontier, meanQualityOver, qualityAt } from "../../../ts/routing/models/frontier.ts";

const points = [
  { cost: 4, quality: 0.8 },
  { cost: 0, quality: 0.2 },
  { cost: 1, quality: 0.6 },
  { cost: 3, quality: 0.61 }, // below the line from (1, 0.6) to (4, 0.8)
  { cost: 5, quality: 0.7 }, // dearer and worse
  { cost: 0, quality: 0.1 },
];

describe("frontier", () => {
  const hull = frontier(points);

  it("keeps the corners of what mixtures reach", () => {
    expect(hull).toEqual([
      { cost: 0, quality: 0.2 },
      { cost: 1, quality: 0.6 },
      { cost: 4, quality: 0.8 },
    ]);
  });

  it("is a line between the corners and level after the last", () => {
    expect(qualityAt(hull, 0.5)).toBeCloseTo(0.4, 12);
    expect(qualityAt(hull, 2.5)).toBeCloseTo(0.7, 12);
    expect(qualityAt(hull, 9)).toBe(0.8);
  });

  it("says what a quality costs, and when there is none", () => {
    expect(costOf(hull, 0.1)).toBe(0);
    expect(costOf(hull, 0.7)).toBeCloseTo(2.5, 12);
    expect(costOf(hull, 0.81)).toBeUndefined();
  });

  it("has the area of its trapezoids", () => {
    // By hand over 0…5: 1 · 0.4 + 3 · 0.7 + 1 · 0.8 = 3.3.
    expect(meanQualityOver(hull, 0, 5)).toBeCloseTo(0.66, 12);
    expect(meanQualityOver(hull, 2, 2)).toBe(qualityAt(hull, 2));
  });
});
