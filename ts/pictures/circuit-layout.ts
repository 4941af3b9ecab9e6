import type { CircuitView, OpView, RegisterView } from "../models/circuit.ts";
import { type Alphabet, angleLabel, clip, gateLabel, printable, wireName } from "./labels.ts";

/** A horizontal line of the picture: a qubit, or a whole classical register. */
interface Wire {
  kind: "qubit" | "register";
  label: string;
}

/** What sits on one wire. */
export type Mark =
  | { row: number; kind: "box"; label: string }
  | { row: number; kind: "measure" | "control" | "anticontrol" | "not" | "swap" | "read" | "write" | "barrier" };

/** One thing in one column; nothing else in that column stands on the rows `first` to `last`. */
export interface Item {
  column: number;
  first: number;
  last: number;
  /** From top to bottom. */
  marks: Mark[];
  /** The line that joins its marks: single for qubits, double where classical bits flow. */
  link: "none" | "single" | "double";
  /** Text under the lowest mark: which bits are written. */
  note?: string;
  /** How many operations of the program it stands for. */
  operations: number;
  /** The border of a frame, when it is one. */
  border?: { frame: number; kind: "open" | "else" | "close" };
}

/** A block that runs only when a condition holds. */
export interface Frame {
  title: string;
  first: number;
  last: number;
  /** Frames nested in it, plus one. */
  level: number;
  openColumn: number;
  elseColumn?: number;
  closeColumn: number;
}

export interface CircuitLayout {
  wires: Wire[];
  columns: number;
  items: Item[];
  frames: Frame[];
  /** Angles of phases on no qubit at all, in order. */
  globalPhases: string[];
  /** In the whole program, bodies of blocks included. */
  operations: number;
  /** Qubits of the program; more than the qubit wires when some are hidden. */
  qubits: number;
}

export interface LayoutLimits {
  /** Only so many operations are placed. */
  maxOperations?: number;
  /** Only the first so many qubits get a wire; operations on others are left out. */
  maxQubits?: number;
  alphabet?: Alphabet;
}

const MAX_TITLE = 48;

/**
 * Places every operation in the first column that is free on all rows between its outermost wires.
 *
 * Blocks become frames: a column that opens, the columns of the body, a column that closes. A measurement of several neighbouring
 * qubits into neighbouring bits shares one column.
 */
export function layoutCircuit(view: CircuitView, limits: LayoutLimits = {}): CircuitLayout {
  return new Placement(view, limits).layout();
}

/** Operations of a program, bodies of blocks included. */
export function countOperations(ops: readonly OpView[]): number {
  let count = 0;
  for (const op of ops) count += 1 + (op.op === "if" ? countOperations(op.then) + countOperations(op.otherwise) : 0);
  return count;
}

interface BitPlace {
  row: number;
  /** `undefined` for a scalar. */
  index: number | undefined;
}

class Placement {
  readonly #view: CircuitView;
  readonly #alphabet: Alphabet;
  readonly #shown: number;
  readonly #qubits: number;
  readonly #wires: Wire[] = [];
  readonly #bits: BitPlace[] = [];
  readonly #free: number[];
  readonly #items: Item[] = [];
  readonly #frames: Frame[] = [];
  readonly #globalPhases: string[] = [];
  #budget: number;

  constructor(view: CircuitView, limits: LayoutLimits) {
    this.#view = view;
    this.#alphabet = limits.alphabet ?? "unicode";
    this.#budget = limits.maxOperations ?? Number.POSITIVE_INFINITY;
    const names = view.qubits.flatMap((register) => indices(register).map((index) => wireName(register, index)));
    this.#qubits = names.length;
    this.#shown = Math.min(names.length, limits.maxQubits ?? names.length);
    for (const label of names.slice(0, this.#shown)) this.#wires.push({ kind: "qubit", label });
    for (const register of view.bits) {
      const row = this.#wires.length;
      for (const index of indices(register)) this.#bits.push({ row, index: register.scalar ? undefined : index });
      const label = printable(register.scalar ? register.name : `${register.name}/${register.size}`);
      this.#wires.push({ kind: "register", label });
    }
    this.#free = this.#wires.map(() => 0);
  }

  layout(): CircuitLayout {
    this.#placeAll(this.#view.ops, undefined);
    return {
      wires: this.#wires,
      columns: Math.max(0, ...this.#free),
      items: this.#items,
      frames: this.#frames,
      globalPhases: this.#globalPhases,
      operations: countOperations(this.#view.ops),
      qubits: this.#qubits,
    };
  }

  /** @param phaseRow where a phase on no qubit is drawn; at the top it becomes a global phase */
  #placeAll(ops: readonly OpView[], phaseRow: number | undefined): void {
    for (let at = 0; at < ops.length && this.#budget > 0; at++) {
      const op = ops[at];
      if (op === undefined) break;
      if (op.op === "if") this.#placeIf(op);
      else if (op.op === "barrier") this.#placeBarrier(op.qubits);
      else if (qubitsOf([op]).some((qubit) => qubit >= this.#shown)) this.#budget--;
      else if (op.op === "gate") this.#placeGate(op, phaseRow);
      else if (op.op === "assign") this.#placeBox(this.#bitRow(op.bit), this.#text(op.text));
      else if (op.op === "reset") this.#placeBox(op.qubit, this.#alphabet === "ascii" ? "|0>" : "|0⟩");
      else {
        const run = this.#measureRun(ops, at);
        this.#placeMeasures(op, run);
        at += run - 1;
      }
    }
  }

  #placeGate(op: Extract<OpView, { op: "gate" }>, phaseRow: number | undefined): void {
    const { controls, targets } = op;
    if (targets.length + controls.length > 0) {
      // A controlled phase on no target acts on its last control.
      const dots = targets.length === 0 ? controls.slice(0, -1) : controls;
      const marks = dots.map(({ qubit, value }): Mark => ({ row: qubit, kind: value ? "control" : "anticontrol" }));
      this.#place([...marks, ...this.#targetMarks(op)], "single");
    } else if (phaseRow === undefined) {
      this.#budget--;
      this.#globalPhases.push(angleLabel(op.params[0] ?? "", this.#alphabet));
    } else this.#placeBox(phaseRow, gateLabel(op.name, op.params, this.#alphabet));
  }

  #targetMarks(op: Extract<OpView, { op: "gate" }>): Mark[] {
    const { name, params, controls, targets } = op;
    const row = targets[0] ?? 0;
    if (name === "x" && controls.length > 0) return [{ row, kind: "not" }];
    if (name === "swap") return targets.map((target) => ({ row: target, kind: "swap" }));
    if (name === "z" && controls.length > 0 && controls.every((control) => control.value)) {
      return [{ row, kind: "control" }]; // symmetric, and drawn so
    }
    const last = controls.at(-1);
    if (targets.length === 0 && last !== undefined) {
      const label = gateLabel("p", params, this.#alphabet);
      return [{ row: last.qubit, kind: "box", label: last.value ? label : `${label} if 0` }];
    }
    const label = gateLabel(name, params, this.#alphabet);
    const hasOrder = targets.length > 1 && !["iswap", "rxx", "ryy", "rzz"].includes(name);
    return targets.map((target, k) => ({ row: target, kind: "box", label: hasOrder ? `${label}:${k}` : label }));
  }

  /** How many measurements from `at` on go from qubit to next qubit and from bit to next bit of one register. */
  #measureRun(ops: readonly OpView[], at: number): number {
    let run = 1;
    for (; at + run < ops.length && run < this.#budget; run++) {
      const [before, next] = [ops[at + run - 1], ops[at + run]];
      if (before?.op !== "measure" || next?.op !== "measure" || before.bit === null || next.bit === null) break;
      if (next.qubit !== before.qubit + 1 || next.qubit >= this.#shown || next.bit !== before.bit + 1) break;
      if (this.#bitRow(next.bit) !== this.#bitRow(before.bit)) break;
    }
    return run;
  }

  #placeMeasures(op: Extract<OpView, { op: "measure" }>, run: number): void {
    const marks: Mark[] = Array.from({ length: run }, (_, k) => ({ row: op.qubit + k, kind: "measure" }));
    const bit = op.bit === null ? undefined : this.#bits[op.bit];
    if (bit === undefined) {
      this.#place(marks, "none");
      return;
    }
    marks.push({ row: bit.row, kind: "write" });
    const last = (bit.index ?? 0) + run - 1;
    const note = bit.index === undefined ? "" : run === 1 ? `${bit.index}` : `${bit.index}-${last}`;
    this.#place(marks, "double", { note, operations: run });
  }

  #placeBarrier(qubits: readonly number[]): void {
    this.#budget--;
    const rows = [...new Set(qubits)].sort((a, b) => a - b).filter((row) => row < this.#shown);
    if (rows.length === 0) return;
    const column = Math.max(...rows.map((row) => this.#free[row] ?? 0));
    let operations = 1;
    for (let start = 0; start < rows.length; ) {
      let end = start + 1;
      while (end < rows.length && rows[end] === (rows[end - 1] ?? 0) + 1) end++;
      const marks: Mark[] = rows.slice(start, end).map((row) => ({ row, kind: "barrier" }));
      const [first, last] = [rows[start] ?? 0, rows[end - 1] ?? 0];
      this.#items.push({ column, first, last, marks, link: "none", operations });
      operations = 0;
      start = end;
    }
    for (const row of rows) this.#free[row] = column + 1;
  }

  #placeIf(op: Extract<OpView, { op: "if" }>): void {
    const rows = qubitsOf([op]).filter((row) => row < this.#shown);
    const reads: Mark[] = [...new Set(op.bits.map((bit) => this.#bitRow(bit)))]
      .sort((a, b) => a - b)
      .map((row) => ({ row, kind: "read" }));
    if (rows.length === 0) {
      this.#placeClassicalIf(op);
      return;
    }
    this.#budget--;
    const [first, last] = [Math.min(...rows), Math.max(...rows)];
    const frame = this.#frames.length;
    const record: Frame = {
      title: this.#text(`if ${op.text}`),
      first,
      last,
      level: 1 + depthOf([...op.then, ...op.otherwise], this.#shown),
      openColumn: 0,
      closeColumn: 0,
    };
    this.#frames.push(record);
    const border = (kind: "open" | "else" | "close"): number => {
      const marks = kind === "open" ? reads : [];
      const end = Math.max(last, ...marks.map((mark) => mark.row));
      const operations = kind === "open" ? 1 : 0;
      const link = marks.length === 0 ? "none" : "double";
      return this.#put({ first, last: end, marks, link, operations, border: { frame, kind } });
    };
    record.openColumn = border("open");
    this.#placeAll(op.then, first);
    if (op.otherwise.length > 0 && this.#budget > 0) {
      record.elseColumn = border("else");
      this.#placeAll(op.otherwise, first);
    }
    record.closeColumn = border("close");
  }

  /** A block without a qubit is one box on the register that it writes. */
  #placeClassicalIf(op: Extract<OpView, { op: "if" }>): void {
    const operations = countOperations([op]);
    const written = bitsWritten([op])[0];
    const row = this.#bitRow(written ?? op.bits[0] ?? 0);
    this.#placeBox(row, this.#text(sentence(op)), operations);
  }

  #placeBox(row: number, label: string, operations = 1): void {
    this.#place([{ row, kind: "box", label }], "none", { operations });
  }

  #place(marks: Mark[], link: Item["link"], extra: { note?: string; operations?: number } = {}): void {
    const { note, operations = 1 } = extra;
    this.#budget -= operations;
    marks.sort((a, b) => a.row - b.row);
    const [first, last] = [marks[0]?.row ?? 0, marks.at(-1)?.row ?? 0];
    this.#put({ first, last, marks, link, operations, ...(note ? { note } : {}) });
  }

  #put(item: Omit<Item, "column">): number {
    const rows = Array.from({ length: item.last - item.first + 1 }, (_, k) => item.first + k);
    const column = Math.max(...rows.map((row) => this.#free[row] ?? 0));
    for (const row of rows) this.#free[row] = column + 1;
    this.#items.push({ column, ...item });
    return column;
  }

  #bitRow(bit: number): number {
    return this.#bits[bit]?.row ?? this.#shown;
  }

  #text(text: string): string {
    return clip(printable(text), MAX_TITLE, this.#alphabet);
  }
}

function indices(register: RegisterView): number[] {
  return Array.from({ length: register.size }, (_, index) => index);
}

function qubitsOf(ops: readonly OpView[]): number[] {
  return ops.flatMap((op) => {
    if (op.op === "gate") return [...op.controls.map((control) => control.qubit), ...op.targets];
    if (op.op === "measure" || op.op === "reset") return [op.qubit];
    if (op.op === "barrier") return op.qubits;
    return op.op === "if" ? qubitsOf([...op.then, ...op.otherwise]) : [];
  });
}

function bitsWritten(ops: readonly OpView[]): number[] {
  return ops.flatMap((op) => {
    if (op.op === "assign") return [op.bit];
    return op.op === "if" ? bitsWritten([...op.then, ...op.otherwise]) : [];
  });
}

/** Nested frames in these operations; blocks without a visible qubit are boxes, not frames. */
function depthOf(ops: readonly OpView[], shown: number): number {
  let depth = 0;
  for (const op of ops) {
    if (op.op !== "if" || !qubitsOf([op]).some((qubit) => qubit < shown)) continue;
    depth = Math.max(depth, 1 + depthOf([...op.then, ...op.otherwise], shown));
  }
  return depth;
}

function sentence(op: OpView): string {
  if (op.op === "assign") return op.text;
  if (op.op === "gate") return gateLabel(op.name, op.params);
  if (op.op !== "if") return op.op;
  const body = op.then.map(sentence).join("; ");
  return `if ${op.text}: ${body}${op.otherwise.length === 0 ? "" : ` else: ${op.otherwise.map(sentence).join("; ")}`}`;
}
