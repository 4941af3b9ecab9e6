import * as z from "zod";
import { METHODS, OTHER_METHODS } from "./circuit-methods.ts";
import { Noise } from "./noise.ts";

/** A set of distinct qubits, lowest bit of the subset's index first. */
const QubitSet = z.array(z.int().min(0)).min(1);

/** Formats a circuit can be given in. */
export const CIRCUIT_FORMATS = ["openqasm2", "openqasm3", "ionq-json"] as const;
export type CircuitFormat = (typeof CIRCUIT_FORMATS)[number];

/** Options of a circuit job, the same names as the flags of the command line. */
export const CircuitOptions = z.strictObject({
  shots: z.int().min(1).max(10_000_000).optional(),
  precision: z.enum(["f32", "f64"]).optional(),
  threads: z.int().min(1).max(256).optional(),
  /** Values of `input` parameters, in radians where they are angles. */
  inputs: z.record(z.string(), z.number()).optional(),
  /** The exact distribution over the keys of counts. */
  probabilities: z.boolean().optional(),
  /** A Pauli sum such as `0.5*XXI + ZZZ`; the leftmost letter is the highest qubit. */
  observable: z.string().min(1).max(1_000_000).optional(),
  /** The derivatives of that expectation by the inputs of type float and angle; of circuits of gates, without noise. */
  gradient: z.boolean().optional(),
  amplitudes: z.boolean().optional(),
  marginals: z.array(QubitSet).max(64).optional(),
  entropy: z.array(QubitSet).max(64).optional(),
  reducedDensity: z.array(QubitSet).max(64).optional(),
  mutualInformation: z
    .array(z.strictObject({ a: QubitSet, b: QubitSet }))
    .max(64)
    .optional(),
  /** Another circuit; the result is |⟨ψ|φ⟩|² of the two final states. */
  fidelity: z.strictObject({ format: z.enum(CIRCUIT_FORMATS), source: z.string() }).optional(),
  noise: Noise.optional(),
  method: z.enum(METHODS).optional(),
  /** Widest bond of a matrix product state. */
  maxBond: z.int().min(1).max(1024).optional(),
  /** Largest share of the norm that one cut of a matrix product state may drop although its bond has room. */
  truncationThreshold: z.number().min(0).lt(1).optional(),
});
export type CircuitOptions = z.infer<typeof CircuitOptions>;

const Complex = z.tuple([z.number(), z.number()]);

/** The JSON view of a result container of schema `circuit-result/1`. */
export const CircuitResult = z.strictObject({
  counts: z.record(z.string(), z.int()).optional().meta({
    description:
      "Outcome (classical bits, highest first, last declared register leftmost) → shots; in order of outcomes",
  }),
  probabilities: z.record(z.string(), z.number()).optional(),
  expectation: z.number().optional(),
  gradient: z.record(z.string(), z.number()).optional().meta({
    description: "Input → derivative of `expectation` by it, in the order of their declaration",
  }),
  amplitudes: z.array(Complex).optional().meta({ description: "2ⁿ pairs [re, im], by basis index" }),
  marginals: z
    .array(z.strictObject({ qubits: z.array(z.int()), probabilities: z.array(z.number()) }))
    .optional()
    .meta({ description: "One entry per requested subset: 2ᵏ probabilities by the subset's index" }),
  entropy: z
    .array(z.strictObject({ qubits: z.array(z.int()), bits: z.number(), purity: z.number() }))
    .optional()
    .meta({ description: "Von Neumann entropy in bits, and purity, per requested subset" }),
  reducedDensity: z
    .array(z.strictObject({ qubits: z.array(z.int()), matrix: z.array(Complex) }))
    .optional()
    .meta({ description: "Row-major d × d pairs [re, im] per requested subset" }),
  mutualInformation: z
    .array(z.strictObject({ a: z.array(z.int()), b: z.array(z.int()), bits: z.number() }))
    .optional()
    .meta({ description: "In bits" }),
  fidelity: z.number().optional(),
  method: z.enum(OTHER_METHODS).optional().meta({
    description: "The method that ran where it was not one of amplitudes",
  }),
  bond: z.int().optional().meta({ description: "The widest bond of a matrix product state" }),
  truncationError: z.number().optional().meta({
    description:
      "1 − the share of the norm that all cuts of a matrix product state have kept; 0 where nothing was dropped",
  }),
});
export type CircuitResult = z.infer<typeof CircuitResult>;

/** What the engine says before it runs. */
export interface CircuitEstimate {
  qubits: number;
  /** Bytes of state memory at the peak. */
  bytes: number;
  /** Passes over the state. */
  passes: number;
  /** Amplitudes touched in all passes, samples and branches, or words of a tableau and of frames, or products of tensors: what a calibration turns into milliseconds. */
  amplitudeUpdates: number;
  method: "statevector" | "trajectory" | "density" | (typeof OTHER_METHODS)[number];
  shape: CircuitShape;
}

/** What a circuit is made of. Of an `if`, each count is that of the branch where it is larger: an upper bound for every run. */
export interface CircuitShape {
  oneQubitGates: number;
  /** Gates on two qubits; a gate on w > 2 counts as 6 (2w − 5) of them, as devices build it (Nielsen & Chuang, figures 4.9 and 4.10). */
  twoQubitGates: number;
  /** Measurements that the circuit asks for. */
  measurements: number;
  /** Layers of gates, measurements and resets when each starts as early as its qubits and bits allow. */
  depth: number;
  /** Some operation depends on an outcome. */
  feedForward: boolean;
}

/** The circuit as a drawer needs it: what `Program.view()` of the engine gives. */
export interface CircuitView {
  qubits: RegisterView[];
  bits: RegisterView[];
  inputs: { name: string; kind: "float" | "angle" | "int" | "uint" }[];
  ops: OpView[];
}

export interface RegisterView {
  name: string;
  size: number;
  scalar: boolean;
}

export type OpView =
  | { op: "gate"; name: string; params: string[]; controls: { qubit: number; value: boolean }[]; targets: number[] }
  | { op: "measure"; qubit: number; bit: number | null }
  | { op: "reset"; qubit: number }
  | { op: "barrier"; qubits: number[] }
  | { op: "assign"; bit: number; text: string }
  | { op: "if"; text: string; bits: number[]; then: OpView[]; otherwise: OpView[] };

/** Something the reader accepted but ignored, such as `delay`. */
export interface Note {
  line: number;
  column: number;
  message: string;
}
