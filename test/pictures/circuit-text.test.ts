import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CircuitView, OpView } from "../../ts/models/circuit.ts";
import { circuitText } from "../../ts/pictures/circuit-text.ts";
import { textWidth } from "../../ts/pictures/labels.ts";
import { arbitraryCircuit } from "./arbitrary-circuit.ts";
import { BELL, circuit, gate, measure, TELEPORTATION, when } from "./circuits.ts";

const draw = (view: CircuitView, width = 80): string => `\n${circuitText(view, { width })}\n`;

describe("the drawing of", () => {
  it("a Bell pair", () => {
    expect(draw(BELL)).toMatchInlineSnapshot(`
      "
            ┌───┐     ┌───┐
      q[0] ─┤ H ├──●──┤ M ├─
            └───┘  │  └─╥─┘
                   │  ┌─╨─┐
      q[1] ────────⊕──┤ M ├─
                      └─╥─┘
      c/2  ═════════════╩═══
                       0-1
      "
    `);
  });

  it("a Bell pair in ASCII", () => {
    expect(`\n${circuitText(BELL, { ascii: true })}\n`).toMatchInlineSnapshot(`
      "
            +---+     +---+
      q[0] -| H |--@--| M |-
            +---+  |  +-+-+
                   |  +-+-+
      q[1] --------X--| M |-
                      +-+-+
      c/2  =============+===
                       0-1
      "
    `);
  });

  it("teleportation: measurements feed two conditions", () => {
    expect(draw(TELEPORTATION)).toMatchInlineSnapshot(`
      "
                       ░      ┌───┐ ┌───┐
      q[0] ────────────░───●──┤ H ├─┤ M ├───────────────────────────────────
            ┌───┐      ░   │  └───┘ └─╥─┘ ┌───┐
      q[1] ─┤ H ├──●───░───⊕──────────╫───┤ M ├─────────────────────────────
            └───┘  │   ░              ║   └─╥─┘  ╭─ if b ──╮   ╭─ if a ──╮
                   │   ░              ║     ║    │  ┌───┐  │   │  ┌───┐  │
      q[2] ────────⊕───░──────────────╫─────╫────┼──┤ X ├──┼───┼──┤ Z ├──┼──
                       ░              ║     ║    │  └───┘  │   │  └───┘  │
                                      ║     ║    ╥─────────╯   ╥─────────╯
      a    ═══════════════════════════╩═════╬════╬═════════════●════════════
                                            ║    ║
      b    ═════════════════════════════════╩════●══════════════════════════
      "
    `);
  });

  it("controls above, below and around the target, of both values", () => {
    const ops = [
      gate("x", [1], [0, { off: 2 }]),
      gate("x", [0], [2]),
      gate("z", [2], [0]),
      gate("h", [1], [{ off: 0 }]),
    ];
    expect(draw(circuit(3, {}, ops))).toMatchInlineSnapshot(`
      "
      q[0] ──●───⊕───●────○───
             │   │   │  ┌─┴─┐
      q[1] ──⊕───┼───┼──┤ H ├─
             │   │   │  └───┘
      q[2] ──○───●───●────────
      "
    `);
  });

  it("swaps, plain and controlled", () => {
    expect(draw(circuit(3, {}, [gate("swap", [0, 2]), gate("swap", [1, 2], [0])]))).toMatchInlineSnapshot(`
      "
      q[0] ──×───●──
             │   │
      q[1] ──┼───×──
             │   │
      q[2] ──×───×──
      "
    `);
  });

  it("angles as fractions of π, decimals and expressions", () => {
    const ops = [
      gate("rx", [0], [], ["1.5707963267948966"]),
      gate("p", [0], [1], ["-2.356194490192345"]),
      gate("U", [1], [], ["0.1", "2*theta", "pi/8"]),
    ];
    expect(draw(circuit(2, {}, ops))).toMatchInlineSnapshot(`
      "
            ┌─────────┐ ┌──────────┐
      q[0] ─┤ Rx(π/2) ├─┤ P(-3π/4) ├────────────────────────
            └─────────┘ └────┬─────┘ ┌────────────────────┐
      q[1] ──────────────────●───────┤ U(0.1,2*theta,π/8) ├─
                                     └────────────────────┘
      "
    `);
  });

  it("gates on two targets, numbered where the order matters", () => {
    const ops = [gate("rzz", [0, 2], [], ["0.5"]), gate("rzx", [1, 0], [], ["0.5"]), gate("unitary", [0, 1])];
    expect(draw(circuit(3, {}, ops))).toMatchInlineSnapshot(`
      "
            ┌──────────┐ ┌────────────┐ ┌───────────┐
      q[0] ─┤ Rzz(0.5) ├─┤ Rzx(0.5):1 ├─┤ Unitary:0 ├─
            └────┬─────┘ └─────┬──────┘ └─────┬─────┘
                 │       ┌─────┴──────┐ ┌─────┴─────┐
      q[1] ──────┼───────┤ Rzx(0.5):0 ├─┤ Unitary:1 ├─
            ┌────┴─────┐ └────────────┘ └───────────┘
      q[2] ─┤ Rzz(0.5) ├──────────────────────────────
            └──────────┘
      "
    `);
  });

  it("reset, a barrier with a hole and a measurement without a bit", () => {
    const ops: OpView[] = [{ op: "reset", qubit: 0 }, { op: "barrier", qubits: [0, 2] }, measure(1, null)];
    expect(draw(circuit(3, {}, ops))).toMatchInlineSnapshot(`
      "
            ┌─────┐  ░
      q[0] ─┤ |0⟩ ├──░──
            └─────┘  ░
             ┌───┐
      q[1] ──┤ M ├──────
             └───┘   ░
      q[2] ──────────░──
                     ░
      "
    `);
  });

  it("if and else, nested", () => {
    const inner = when("c[0]", [0], [gate("x", [1], [0])]);
    const ops = [measure(0, 0), when("c == 1", [0, 1], [gate("h", [1]), inner], [gate("y", [0])])];
    expect(draw(circuit(2, { c: 2 }, ops))).toMatchInlineSnapshot(`
      "
                   ╭─ if c == 1 ────────────┬─ else ──╮
                   │         ╭─ if c[0] ╮   │         │
            ┌───┐  │         │          │   │  ┌───┐  │
      q[0] ─┤ M ├──┼─────────┼────●─────┼───┼──┤ Y ├──┼──
            └─╥─┘  │  ┌───┐  │    │     │   │  └───┘  │
      q[1] ───╫────┼──┤ H ├──┼────⊕─────┼───┼─────────┼──
              ║    │  └───┘  │          │   │         │
              ║    │         ╥──────────╯   │         │
              ║    ╥─────────╫──────────────┴─────────╯
              ║    ║         ║
      c/2  ═══╩════●═════════●═══════════════════════════
              0
      "
    `);
  });

  it("a measurement inside a block", () => {
    const ops = [when("d", [2], [gate("h", [0]), measure(0, 1)])];
    expect(draw(circuit(2, { c: 2, d: 0 }, ops))).toMatchInlineSnapshot(`
      "
             ╭─ if d ────────╮
             │  ┌───┐ ┌───┐  │
      q[0] ──┼──┤ H ├─┤ M ├──┼──
             │  └───┘ └─╥─┘  │
             ╥──────────╫────╯
             ║          ║
      q[1] ──╫──────────╫───────
             ║          ║
      c/2  ══╬══════════╩═══════
             ║          1
      d    ══●══════════════════
      "
    `);
  });

  it("classical assignments, with and without a condition", () => {
    const assign: OpView = { op: "assign", bit: 0, text: "c[0] = !c[1]" };
    expect(draw(circuit(1, { c: 2 }, [assign, when("c[1]", [1], [assign])]))).toMatchInlineSnapshot(`
      "
      q[0] ────────────────────────────────────────────
            ┌──────────────┐ ┌───────────────────────┐
      c/2  ═╡ c[0] = !c[1] ╞═╡ if c[1]: c[0] = !c[1] ╞═
            └──────────────┘ └───────────────────────┘
      "
    `);
  });

  it("measurements into two registers, crossing the first", () => {
    expect(draw(circuit(2, { a: 1, b: 3 }, [measure(0, 3), measure(1, 0)]))).toMatchInlineSnapshot(`
      "
            ┌───┐
      q[0] ─┤ M ├───────
            └─╥─┘ ┌───┐
      q[1] ───╫───┤ M ├─
              ║   └─╥─┘
      a/1  ═══╬═════╩═══
              ║     0
      b/3  ═══╩═════════
              2
      "
    `);
  });

  it("measurements into bits that are not in step, each on its own", () => {
    const ops = [measure(0, 0), measure(1, 2), measure(2, 1)];
    expect(draw(circuit(3, { c: 3 }, ops))).toMatchInlineSnapshot(`
      "
            ┌───┐
      q[0] ─┤ M ├─────────────
            └─╥─┘ ┌───┐
      q[1] ───╫───┤ M ├───────
              ║   └─╥─┘ ┌───┐
      q[2] ───╫─────╫───┤ M ├─
              ║     ║   └─╥─┘
      c/3  ═══╩═════╩═════╩═══
              0     2     1
      "
    `);
  });

  it("phases on no qubit, on controls only, and in a block", () => {
    const phase = gate("gphase", [], [], ["0.7853981633974483"]);
    const ops = [phase, gate("gphase", [], [0, 1], ["pi"]), when("c", [0], [phase, gate("h", [1])])];
    expect(draw(circuit(2, { c: 0 }, ops))).toMatchInlineSnapshot(`
      "
      q[0] ────●──────────────────────────────────
               │      ╭─ if c ─────────────────╮
            ┌──┴───┐  │  ┌────────────┐ ┌───┐  │
      q[1] ─┤ P(π) ├──┼──┤ phase(π/4) ├─┤ H ├──┼──
            └──────┘  │  └────────────┘ └───┘  │
                      ╥────────────────────────╯
      c    ═══════════●═══════════════════════════
      global phase: π/4
      "
    `);
  });

  it("a long circuit, in bands", () => {
    const ops = Array.from({ length: 12 }, (_, k) => (k % 2 === 0 ? gate("h", [0]) : gate("x", [1], [0])));
    expect(draw(circuit(2, {}, ops), 40)).toMatchInlineSnapshot(`
      "
            ┌───┐     ┌───┐     ┌───┐
      q[0] ─┤ H ├──●──┤ H ├──●──┤ H ├──●─»
            └───┘  │  └───┘  │  └───┘  │
      q[1] ────────⊕─────────⊕─────────⊕─»

            ┌───┐     ┌───┐     ┌───┐
      q[0] «┤ H ├──●──┤ H ├──●──┤ H ├──●──
            └───┘  │  └───┘  │  └───┘  │
      q[1] «───────⊕─────────⊕─────────⊕──
      "
    `);
  });

  it("a block that does not fit in one band", () => {
    const ops = [
      when(
        "c == 0",
        [0],
        Array.from({ length: 7 }, () => gate("h", [0])),
        [gate("x", [0])],
      ),
    ];
    expect(draw(circuit(1, { c: 1 }, ops), 40)).toMatchInlineSnapshot(`
      "
             ╭─ if c == 0 ──────────────
             │  ┌───┐ ┌───┐ ┌───┐ ┌───┐
      q[0] ──┼──┤ H ├─┤ H ├─┤ H ├─┤ H ├»
             │  └───┘ └───┘ └───┘ └───┘
             ╥──────────────────────────
      c/1  ══●═════════════════════════»

           ────────────────────┬─ else ──╮
            ┌───┐ ┌───┐ ┌───┐  │  ┌───┐  │
      q[0] «┤ H ├─┤ H ├─┤ H ├──┼──┤ X ├──┼──
            └───┘ └───┘ └───┘  │  └───┘  │
           ────────────────────┴─────────╯
      c/1  «════════════════════════════════
      "
    `);
  });

  it("a circuit too large for a terminal, cut with a note", () => {
    const ops = Array.from({ length: 4000 }, (_, k) => gate("x", [(k + 1) % 40], [k % 40]));
    const lines = circuitText(circuit(40, {}, ops)).split("\n");
    expect(lines.length).toBeLessThan(140);
    expect(lines.at(-1)).toMatch(/^… 32 of 40 qubits and \d+ of 4,000 operations shown; --all$/);
    expect(circuitText(circuit(40, {}, ops), { all: true })).not.toContain("shown");
  });

  it("a circuit without operations, and one without qubits", () => {
    expect(circuitText(circuit(1, {}, []))).toBe("q[0] ────");
    expect(circuitText({ qubits: [], bits: [], inputs: [], ops: [] })).toBe("no qubits");
  });
});

describe("names from strangers", () => {
  const hostile: CircuitView = {
    qubits: [{ name: "\u001B[31mq\u202E\n", size: 1, scalar: true }],
    bits: [{ name: "量子", size: 1, scalar: false }],
    inputs: [],
    ops: [gate("rx", [0], [], ["\u001B]0;x\u0007θ̂*2"]), measure(0, 0)],
  };

  it("cannot steer the terminal or break a line", () => {
    const text = circuitText(hostile);
    expect(text).not.toMatch(/[^\P{C}\n]/u);
    expect(text).toMatchInlineSnapshot(`
      "          ┌───────────────┐ ┌───┐
      �[31mq�� ─┤ Rx(�]0;x�θ̂*2) ├─┤ M ├─
                └───────────────┘ └─╥─┘
      量子/1   ═════════════════════╩═══
                                    0"
    `);
  });

  it("are cut when long", () => {
    const view: CircuitView = { ...BELL, qubits: [{ name: "q".repeat(500), size: 2, scalar: false }] };
    expect(Math.max(...circuitText(view, { width: 60 }).split("\n").map(textWidth))).toBeLessThanOrEqual(60);
  });
});

describe("every drawing", () => {
  it("stays within its width and shows every operation", () => {
    fc.assert(
      fc.property(arbitraryCircuit, fc.integer({ min: 40, max: 100 }), ({ view, marks }, width) => {
        const text = circuitText(view, { width, all: true });
        for (const line of text.split("\n")) expect(textWidth(line)).toBeLessThanOrEqual(width);
        for (const [symbol, count] of Object.entries(marks)) {
          expect(text.split(symbol).length - 1, `${symbol} in\n${text}`).toBe(count);
        }
      }),
      { numRuns: 300 },
    );
  });

  it("has the same picture with colours, once the colours are taken out", () => {
    fc.assert(
      fc.property(arbitraryCircuit, ({ view }) => {
        // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape sequences of colours
        const bare = circuitText(view, { color: true }).replace(/\u001B\[[0-9;]*m/g, "");
        expect(bare).toBe(circuitText(view));
      }),
      { numRuns: 50 },
    );
  });

  it("has a counterpart in ASCII for every character", () => {
    fc.assert(
      fc.property(arbitraryCircuit, ({ view }) => {
        // biome-ignore lint/suspicious/noControlCharactersInRegex: this is what ASCII is
        expect(circuitText(view, { ascii: true })).toMatch(/^[\x0A\x20-\x7E]*$/);
        expect(circuitText(view, { ascii: true })).not.toContain("?");
      }),
      { numRuns: 100 },
    );
  });
});
