import { describe, expect, it } from "vitest";
import { angleLabel, clip, gateLabel, textWidth } from "../../ts/pictures/labels.ts";

describe("angleLabel", () => {
  it.each([
    ["0", "0"],
    ["1.5707963267948966", "π/2"],
    ["-2.356194490192345", "-3π/4"],
    ["3.141592653589793", "π"],
    ["6.283185307179586", "2π"],
    ["0.04908738521234052", "π/64"],
    ["0.3", "0.3"],
    ["1.0471975512", "π/3"],
    ["1.0471976", "1.047"],
    ["1e-7", "1e-7"],
    ["pi / 2", "π/2"],
    ["theta * 0.123456789 + pip", "theta*0.1235+pip"],
  ])("%s → %s", (param, label) => {
    expect(angleLabel(param)).toBe(label);
  });
});

describe("gateLabel", () => {
  it("uses the names of the field", () => {
    expect(["h", "sdg", "sx", "rx", "iswap"].map((name) => gateLabel(name, []))).toEqual([
      "H",
      "S†",
      "√X",
      "Rx",
      "iSwap",
    ]);
    expect(gateLabel("sdg", [], "ascii")).toBe("Sdg");
    expect(gateLabel("p", ["pi"], "ascii")).toBe("P(pi)");
  });
});

describe("clip and textWidth", () => {
  it("count columns, not code units", () => {
    expect(textWidth("量e\u0301")).toBe(3);
    expect(clip("量子計算", 5)).toBe("量子…");
    expect(clip("abc", 3)).toBe("abc");
  });
});
