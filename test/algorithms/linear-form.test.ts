import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readLinearForm } from "../../ts/algorithms/linear-form.ts";

const read = (text: string) => {
  const form = readLinearForm(text);
  return form && { constant: form.constant, slopes: Object.fromEntries(form.slopes), bent: [...form.bent] };
};

describe("a gate parameter", () => {
  it.each([
    ["theta", 0, { theta: 1 }],
    ["-theta", 0, { theta: -1 }],
    ["3π/4", (3 * Math.PI) / 4, {}],
    ["-π", -Math.PI, {}],
    ["1.23457e-5 * theta", 0, { theta: 1.23457e-5 }],
    ["theta / 4 - 2 * (phi - theta)", 0, { theta: 2.25, phi: -2 }],
    ["a - (b - (c - 1)) + π/2 * d", -1 + 0, { a: 1, b: -1, c: 1, d: Math.PI / 2 }],
    ["theta - theta + 1", 1, {}],
    ["0 * theta", 0, {}],
    ["θ_1 * 2 * -3", 0, { θ_1: -6 }],
  ])("%s is linear", (text, constant, slopes) => {
    expect(read(text)).toEqual({ constant, slopes, bent: [] });
  });

  it.each([
    ["sin(a)", ["a"], {}],
    ["a * b", ["a", "b"], {}],
    ["1 / a", ["a"], {}],
    ["a ** 2 + b", ["a"], { b: 1 }],
    ["2 * (a % 3)", ["a"], {}],
    ["a + a * a", ["a"], { a: 1 }],
    ["-ceiling((a - π) / 6.283185)", ["a"], {}],
  ])("%s is not linear in all of its inputs", (text, bent, slopes) => {
    expect(read(text)).toMatchObject({ bent, slopes });
  });

  it.each(["", "a +", "(a", "a b", "2 ^ a", "a)", "1..2", "sin(a"])("is not %j", (text) => {
    expect(read(text)).toBeUndefined();
  });

  it("has the value that its text has, for any linear expression", () => {
    const Leaf = fc.constantFrom("a", "b", "0.5", "3", "π");
    const { tree } = fc.letrec<{ tree: string }>((tie) => ({
      tree: fc.oneof(
        { depthSize: "small", withCrossShrink: true },
        Leaf,
        fc.tuple(tie("tree"), fc.constantFrom("+", "-"), tie("tree")).map(([x, op, y]) => `(${x} ${op} ${y})`),
        fc.tuple(tie("tree"), fc.constantFrom(" * 2", " / 4", " * -0.5")).map(([x, op]) => `(${x}${op})`),
        tie("tree").map((x) => `-(${x})`),
      ),
    }));
    fc.assert(
      fc.property(tree, (text) => {
        const form = readLinearForm(text);
        const [a, b] = [0.7, -1.3];
        const value = Function("a", "b", `return ${text.replaceAll("π", "Math.PI")}`)(a, b);
        const read = (form?.constant ?? 0) + (form?.slopes.get("a") ?? 0) * a + (form?.slopes.get("b") ?? 0) * b;
        expect(Math.abs(read - value)).toBeLessThan(1e-9 * (1 + Math.abs(value)));
      }),
    );
  });
});
