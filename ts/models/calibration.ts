import * as z from "zod";

const Coefficient = z.number().min(0);

/** ms = fixed + pass·passes + update·(amplitude updates) + shot·shots·bits(shots); an update costs more outside the cache. */
export const Coefficients = z.strictObject({
  fixedMs: Coefficient,
  perPassMs: Coefficient,
  perUpdateMs: Coefficient,
  /** Instead of `perUpdateMs` where the amplitudes take more than `cacheBytes`. */
  perUpdateOutsideCacheMs: Coefficient,
  /** Outcomes are drawn in sorted order: each shot costs its part of a sort, by the binary digits of their number. */
  perShotDigitMs: Coefficient,
  /** Null where one price per update fits best. */
  cacheBytes: z.int().positive().nullable(),
  /** Standard deviation of the relative error on the fitted circuits, by its median; at least 0.1. */
  relativeSpread: Coefficient,
});
export type Coefficients = z.infer<typeof Coefficients>;

/** ms = fixed + operation·operations, as the engine's estimate counts them. */
export const Rate = z.strictObject({
  fixedMs: Coefficient,
  perOperationMs: Coefficient,
  /** Standard deviation of the relative error; 0.5 at least, since one rate stands for many kinds of job. */
  relativeSpread: Coefficient,
});
export type Rate = z.infer<typeof Rate>;

/** How fast the embedded engines are on one machine. */
export const Calibration = z.strictObject({
  format: z.literal("ketflow-calibration/1"),
  /** Processor and its number of cores, or whatever else tells machines apart for the caller. */
  machine: z.string(),
  /** `contentHash` of the statevector engine. */
  engine: z.string(),
  coefficients: z.strictObject({ f32: Coefficients, f64: Coefficients }).meta({ description: "Of circuits" }),
  rates: z.strictObject({ anneal: Rate, schedule: Rate, infer: Rate }),
  /** RFC 3339. */
  madeAt: z.string(),
});
export type Calibration = z.infer<typeof Calibration>;
