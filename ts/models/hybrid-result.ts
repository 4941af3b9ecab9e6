import { utf8 } from "../core/bytes.ts";
import { encodeResultContainer, type SectionToEncode } from "./encode-container.ts";
import type { HybridResult } from "./hybrid.ts";
import type { ResultContainer } from "./result-container.ts";
import { count, finite, only, openSections, wrongResult } from "./sections.ts";

/** The schema of what a hybrid run gives back. */
const HYBRID_RESULT_SCHEMA = "hybrid-result/1";

/** The cheapest outcome of the final sampling. */
export interface SampledBest {
  /** One per qubit, the lowest first. */
  readonly bits: readonly number[];
  readonly energy: number;
  readonly shots: number;
}

/** What a search found. */
export interface HybridValues {
  /** Names of the parameters, in the order of the point. */
  readonly parameters: readonly string[];
  readonly point: readonly number[];
  readonly energy: number;
  readonly trace: readonly number[];
  readonly converged: boolean;
  readonly evaluations: number;
  readonly best?: SampledBest;
  /** Energies are those of cuts, with the sign changed. */
  readonly isCut?: boolean;
}

/** The container of a search, whose bytes are what is hashed; docs/result-container.md specifies it. */
export function encodeHybridResult(values: HybridValues): Uint8Array<ArrayBuffer> {
  const { parameters, point, energy, trace, converged, evaluations, best, isCut = false } = values;
  const names = utf8(JSON.stringify(parameters));
  const sections: SectionToEncode[] = [
    { name: "converged", dims: [1], data: Uint8Array.of(converged ? 1 : 0) },
    { name: "energy", dims: [1], data: Float64Array.of(energy) },
    { name: "evaluations", dims: [1], data: BigUint64Array.of(BigInt(evaluations)) },
    { name: "parameters.names", dims: [names.length], data: names },
    { name: "parameters.values", dims: [point.length], data: Float64Array.from(point) },
    { name: "trace", dims: [trace.length], data: Float64Array.from(trace) },
  ];
  if (best !== undefined) {
    sections.push(
      { name: "best.bits", dims: [best.bits.length], data: Uint8Array.from(best.bits) },
      { name: "best.energy", dims: [1], data: Float64Array.of(best.energy) },
      { name: "best.shots", dims: [1], data: BigUint64Array.of(BigInt(best.shots)) },
    );
    if (isCut) sections.push({ name: "best.cut", dims: [1], data: Float64Array.of(0 - best.energy) });
  }
  return encodeResultContainer(HYBRID_RESULT_SCHEMA, sections);
}

/**
 * The JSON view of a `hybrid-result/1` container.
 *
 * @throws {AppError} `integrity-violation` when the container is malformed
 */
export function toHybridResult(container: Uint8Array | ResultContainer): HybridResult {
  const sections = openSections(container, HYBRID_RESULT_SCHEMA);
  const energy = only(sections.take("energy", ["f64"], 1));
  const trace = finite(sections.take("trace", ["f64"], "any"));
  if (trace.length === 0) throw broken("its trace is empty");
  const result: HybridResult = {
    energy,
    parameters: sections.named("parameters"),
    trace,
    iterations: trace.length - 1,
    evaluations: count(sections.take("evaluations", ["u64"], 1))[0] ?? 0,
    converged: sections.take("converged", ["u8"], 1).data[0] === 1,
  };
  if (sections.has("best.bits")) {
    const { data } = sections.take("best.bits", ["u8"], "any");
    if (data.some((bit) => bit > 1)) throw broken("best.bits has more than 0 and 1");
    const [shots = 0] = count(sections.take("best.shots", ["u64"], 1));
    const bitstring = Array.from(data).toReversed().join("");
    result.best = { bitstring, energy: only(sections.take("best.energy", ["f64"], 1)), shots };
    if (sections.has("best.cut")) {
      const best = only(sections.take("best.cut", ["f64"], 1));
      const expected = 0 - energy;
      result.cut = { best, expected, ...(best > 0 ? { ratio: expected / best } : {}) };
    }
  }
  sections.end();
  return result;
}

function broken(message: string): Error {
  return wrongResult(HYBRID_RESULT_SCHEMA, message);
}
