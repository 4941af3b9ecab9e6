import { utf8 } from "../../core/bytes.ts";
import { AppError } from "../../core/errors.ts";
import { sha256 } from "../../core/sha256.ts";

/** One of the things that are compared; the first arm of an experiment is the one in use today. */
export interface Arm {
  readonly name: string;
  /** Share of the units, relative to the other arms; above 0. */
  readonly weight: number;
}

/** Shares of the arms; they add up to 1. @throws {AppError} `invalid-input` for less than two arms and weights that are none */
export function sharesOf(arms: readonly Arm[]): number[] {
  const total = arms.reduce((sum, { weight }) => sum + weight, 0);
  if (arms.length < 2 || !Number.isFinite(total) || arms.some(({ weight }) => !(weight > 0))) {
    throw new AppError("invalid-input", "arms: must be two or more, each with a finite weight above 0");
  }
  return arms.map(({ weight }) => weight / total);
}

/**
 * Which arm a unit is in: always the same one, on every machine, and in no relation to its arm in another experiment.
 *
 * @param experiment its id
 * @param unit what is assigned as one: a tenant, a key, a conversation
 * @returns the arm's place, by 53 bits of SHA-256 over the JSON of id and unit
 */
export function armOf(experiment: string, arms: readonly Arm[], unit: string): number {
  const digest = sha256(utf8(JSON.stringify([experiment, unit])));
  const view = new DataView(digest.buffer, digest.byteOffset);
  const at = ((view.getUint32(0) >>> 11) * 2 ** 32 + view.getUint32(4)) / 2 ** 53;
  let end = 0;
  const shares = sharesOf(arms);
  for (const [k, share] of shares.entries()) {
    end += share;
    if (at < end) return k;
  }
  return shares.length - 1; // rounding left the shares a hair below 1
}
