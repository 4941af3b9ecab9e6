import * as z from "zod";
import { parseStrictJson } from "../core/strict-json.ts";
import { checked } from "./check.ts";
import { CIRCUIT_FORMATS, type CircuitEstimate, type CircuitFormat, type CircuitOptions } from "./circuit.ts";

/** Formats a hybrid job can be given in. */
export const HYBRID_FORMATS = ["hybrid-json"] as const;
export type HybridFormat = (typeof HYBRID_FORMATS)[number];

const OPTIMIZERS = ["adam", "l-bfgs", "nelder-mead", "spsa"] as const;
export type Optimizer = (typeof OPTIMIZERS)[number];

const Finite = z.number();
/** Where the search begins, in radians: by name, or one number for each parameter in their order. */
const Start = z.union(
  [z.record(z.string(), Finite), z.array(Finite).min(1)],
  "must be numbers by name, or a list of numbers in the order of the parameters",
);
export type Start = z.infer<typeof Start>;

const Format = z.literal("ketflow-hybrid/1");
const PauliSum = z.string().min(1).max(1_000_000);

/** Minimise ⟨observable⟩ over the inputs of a circuit. */
export const VqeInput = z.strictObject({
  format: Format,
  algorithm: z.literal("vqe"),
  /** A circuit whose `input float` and `input angle` are what is searched for. */
  ansatz: z.strictObject({ format: z.enum(CIRCUIT_FORMATS), source: z.string().min(1) }),
  /** A Pauli sum such as `0.5*XXI + ZZZ`; the leftmost letter is the highest qubit. */
  observable: PauliSum,
  parameters: Start.optional(),
});
export type VqeInput = z.infer<typeof VqeInput>;

/** Qubits of the largest problem that can be written down; what can be run depends on memory. */
const MAX_VARIABLES = 64;
const Variable = z
  .int()
  .min(0)
  .max(MAX_VARIABLES - 1);

/** Maximum cut: the vertices are numbered from 0, and an edge without a weight weighs 1. */
const Graph = z.strictObject({
  /** One more than the largest number that an edge names, unless given. */
  vertices: z.int().min(1).max(MAX_VARIABLES).optional(),
  edges: z.array(z.tuple([Variable, Variable, Finite.optional()])).min(1),
});
export type Graph = z.infer<typeof Graph>;

/** Minimise offset + Σ aᵢ vᵢ + Σ bᵢⱼ vᵢ vⱼ over spins ±1 or binary numbers 0 and 1. */
const Bqm = z.strictObject({
  vartype: z.enum(["spin", "binary"]),
  /** One more than the largest number that a term names, unless given. */
  variables: z.int().min(1).max(MAX_VARIABLES).optional(),
  linear: z.array(z.tuple([Variable, Finite])).optional(),
  quadratic: z.array(z.tuple([Variable, Variable, Finite])).optional(),
  offset: Finite.optional(),
});
export type Bqm = z.infer<typeof Bqm>;

/** What a QAOA run minimises; exactly one member. */
export const QaoaProblem = z
  .strictObject({
    graph: Graph.optional(),
    bqm: Bqm.optional(),
    /** A sum of products of Z, such as `ZZI - 0.5*IZZ`. */
    observable: PauliSum.optional(),
  })
  .refine(
    (problem) => Object.values(problem).filter((member) => member !== undefined).length === 1,
    "give one of graph, bqm and observable",
  );
export type QaoaProblem = z.infer<typeof QaoaProblem>;

export const QaoaInput = z.strictObject({
  format: Format,
  algorithm: z.literal("qaoa"),
  problem: QaoaProblem,
  /** gamma_1 … gamma_p, beta_1 … beta_p; a linear ramp unless given. */
  parameters: Start.optional(),
});
export type QaoaInput = z.infer<typeof QaoaInput>;

export const HybridDocument = z.discriminatedUnion("algorithm", [VqeInput, QaoaInput]);
export type HybridDocument = z.infer<typeof HybridDocument>;

/** Options of a hybrid job, the same names as the flags of the command line. */
export const HybridOptions = z.strictObject({
  /**
   * `adam` and `l-bfgs` follow parameter-shift gradients, the second only without shots; `spsa` and `nelder-mead` do without, and
   * `spsa` needs two energies for a step however many parameters there are. `l-bfgs` by default, with shots `spsa`.
   */
  optimizer: z.enum(OPTIMIZERS).optional(),
  maxIterations: z.int().min(1).max(100_000).optional(),
  /** In radians: of `adam` about the length of each step per parameter, of the others about that of the first one. */
  learningRate: z.number().positive().max(100).optional(),
  /** The search ends when the last eleven energies lie this close together, of `l-bfgs` the last two; 0: it does not. */
  tolerance: z.number().min(0).optional(),
  /** For each energy and each group of products that are measured together; 0, the default: exact expectations. */
  shots: z.int().min(0).max(10_000_000).optional(),
  /** `spsa` tries this far around a point at first, in radians. */
  perturbation: z.number().positive().max(100).optional(),
  /** `adam` on `vqe`: the frequencies of the energy in a parameter, where they cannot be read off the circuit or are fewer. */
  shiftFrequencies: z.record(z.string(), z.array(z.number().positive()).min(1).max(64)).optional(),
  /** `qaoa`: pairs of a cost and a mixing layer. */
  layers: z.int().min(1).max(256).optional(),
  /** `qaoa`: shots of the final sampling. */
  samples: z.int().min(1).max(10_000_000).optional(),
  /** Of each circuit; 1 by default. Results never depend on it. */
  threads: z.int().min(1).max(256).optional(),
});
export type HybridOptions = z.infer<typeof HybridOptions>;

/** The JSON view of a result container of schema `hybrid-result/1`. */
export const HybridResult = z.strictObject({
  energy: z.number().meta({ description: "Of `parameters`, offset included" }),
  parameters: z.record(z.string(), z.number()).meta({
    description: "With exact expectations those of the lowest energy of the trace, with shots the last ones",
  }),
  trace: z.array(z.number()).min(1).meta({ description: "Energies: at the start, then after each iteration" }),
  iterations: z.int().min(0),
  evaluations: z
    .int()
    .min(1)
    .meta({ description: "Energies that were computed or measured, those of gradients included" }),
  converged: z.boolean().meta({ description: "The tolerance ended the search, not the number of iterations" }),
  best: z
    .strictObject({
      bitstring: z.string().meta({ description: "Highest variable first" }),
      energy: z.number(),
      shots: z.int().min(1).meta({ description: "How often it came up in the final sampling" }),
    })
    .optional()
    .meta({ description: "`qaoa`: the outcome of the lowest energy of the final sampling" }),
  cut: z
    .strictObject({
      best: z.number().meta({ description: "Weight between the two sides of `best`" }),
      expected: z.number().meta({ description: "The expectation at `parameters`" }),
      ratio: z
        .number()
        .optional()
        .meta({ description: "expected / best, where best > 0: at least expected / maximum cut" }),
    })
    .optional()
    .meta({ description: "`qaoa` on a graph" }),
});
export type HybridResult = z.infer<typeof HybridResult>;

/** What a run would need, at most: it may converge before. */
export interface HybridEstimate {
  parameters: number;
  /** Energies, those of gradients included. */
  evaluations: number;
  /** Circuits that run: one for each energy, or with shots one for each basis of it. */
  circuits: number;
  /** How many of them it is likely to take: what a calibration turns into milliseconds. */
  expectedCircuits: number;
  /** One of them. */
  circuit: CircuitEstimate;
  /** With which that one runs. */
  options: CircuitOptions;
  /** At the peak. */
  bytes: number;
}

/** What is searched over. */
export interface HybridView {
  algorithm: HybridDocument["algorithm"];
  /** Names, in the order of lists of numbers. */
  parameters: string[];
  /** The ansatz: of QAOA the circuit that was built from the problem. */
  circuit: { format: CircuitFormat; source: string };
  /** A Pauli sum. */
  observable: string;
}

/**
 * Reads the text of format `hybrid-json`.
 *
 * @throws {AppError} `invalid-input` with line and column where it is no JSON, else with the path of the first wrong field
 */
export function parseHybridDocument(source: string | Uint8Array): HybridDocument {
  return checked(HybridDocument, parseStrictJson(source, "input"), "input");
}
