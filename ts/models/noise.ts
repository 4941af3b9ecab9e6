import * as z from "zod";

const Probability = z.number().min(0).max(1);
const Time = z.number().positive();

/** A matrix, row-major, as pairs [re, im]: 4 entries for one qubit, 16 for two. */
const Operator = z
  .array(z.tuple([z.number(), z.number()]))
  .min(4)
  .max(16);

/** What happens to a qubit; the engine checks that Kraus operators have Σ K†K = 1 to 1e-9. */
const Channel = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.enum(["depolarizing", "bit-flip", "phase-flip"]), probability: Probability }),
  /** `excited`: probability of |1⟩ in the surroundings, 0 by default. */
  z.strictObject({ kind: z.literal("amplitude-damping"), gamma: Probability, excited: Probability.optional() }),
  z.strictObject({ kind: z.literal("phase-damping"), lambda: Probability }),
  /** T1, T2 ≤ 2·T1 and the time of the gate, in one unit. */
  z.strictObject({
    kind: z.literal("thermal-relaxation"),
    t1: Time,
    t2: Time,
    time: z.number().min(0),
    excited: Probability.optional(),
  }),
  z.strictObject({ kind: z.literal("kraus"), operators: z.array(Operator).min(1).max(16) }),
]);

const Rule = z.strictObject({
  /** Names of gates, with a `c` for each control; all gates where none is named. */
  after: z.array(z.string().min(1)).max(64).optional(),
  /** Only gates on as many qubits, controls included. */
  arity: z.int().min(1).optional(),
  /** Acts on each qubit of the gate; one on two qubits on both qubits of a gate on two. */
  channel: Channel,
});

/** Noise of a simulated device. */
export const Noise = z.strictObject({
  /** Depolarising probability on the qubit of every one-qubit gate. */
  depolarizing1: Probability.optional(),
  /** Depolarising probability on each qubit of every gate on two or more qubits. */
  depolarizing2: Probability.optional(),
  /** Probability that a recorded measurement outcome is flipped, or that of each outcome. */
  readout: z
    .union([Probability, z.strictObject({ zeroToOne: Probability.optional(), oneToZero: Probability.optional() })])
    .optional(),
  /** Channels after gates, in this order, after the depolarising ones. */
  channels: z.array(Rule).max(64).optional(),
});
export type Noise = z.infer<typeof Noise>;
