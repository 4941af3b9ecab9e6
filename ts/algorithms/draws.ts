import { eventWords, uniform } from "../core/philox.ts";

/**
 * What a random number is for: the top word of Philox's counter, beside those of `crates/rng`. The values are part of the
 * reproducibility contract and are never reused.
 */
const PURPOSE = {
  /** Where the search begins; index = parameter. */
  start: 33,
  /** A direction of SPSA; index = iteration, event = block of 128 parameters. */
  direction: 34,
  /** A direction in which SPSA measures how steep the start is; index = direction, event = block of 128 parameters. */
  calibration: 35,
  /** The seed of a circuit that is measured; index = evaluation, event = group of products. */
  circuit: 36,
  /** The seed of the final sampling; index = 0. */
  sampling: 37,
  /** The gates of mirror circuits; index = circuit, event = layer · qubits + qubit. */
  mirrorGates: 38,
  /** The seed of a mirror circuit's shots; index = circuit. */
  mirror: 39,
} as const;

/** A number for each parameter, uniform between −width and width. */
export function drawStart(seed: number, dimension: number, width: number): number[] {
  return Array.from({ length: dimension }, (_, k) => width * (2 * uniform(eventWords(seed, PURPOSE.start, k, 0)) - 1));
}

/** +1 or −1 for each parameter. @param index iteration, or number of the calibration, from 0 */
export function drawSigns(
  seed: number,
  purpose: "direction" | "calibration",
  index: number,
  dimension: number,
): (1 | -1)[] {
  const signs: (1 | -1)[] = [];
  for (let block = 0; signs.length < dimension; block++) {
    for (const word of eventWords(seed, PURPOSE[purpose], index, block)) {
      for (let bit = 0; bit < 32 && signs.length < dimension; bit++) signs.push((word >>> bit) & 1 ? 1 : -1);
    }
  }
  return signs;
}

/** A seed of 53 bits for a circuit. */
export function drawSeed(
  seed: number,
  purpose: "circuit" | "sampling" | "mirror",
  index: number,
  event: number,
): number {
  const [low, high] = eventWords(seed, PURPOSE[purpose], index, event);
  return (high & 0x1f_ffff) * 0x1_0000_0000 + low;
}

/** 0…`below` − 1, each equally likely to 2⁻³² · `below`. */
export function drawGate(seed: number, circuit: number, place: number, below: number): number {
  const [word] = eventWords(seed, PURPOSE.mirrorGates, circuit, place);
  return Math.floor((word / 0x1_0000_0000) * below);
}
