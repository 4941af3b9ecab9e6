import { fromUtf8 } from "../core/bytes.ts";
import { messageOf } from "../core/errors.ts";
import { AnnealAuto, type AnnealResult } from "./anneal.ts";
import { ANNEAL_RESULT_SCHEMA, workOf } from "./anneal-work.ts";
import { ProblemSolution } from "./problem.ts";
import type { ResultContainer } from "./result-container.ts";
import { count, finite, only, openSections, type Sections, wrongResult } from "./sections.ts";

const broken = (message: string): Error => wrongResult(ANNEAL_RESULT_SCHEMA, message);

/**
 * The JSON view of an `anneal-result/1` container.
 *
 * @throws {AppError} `integrity-violation` when the container is malformed
 */
export function toAnnealResult(container: Uint8Array | ResultContainer): AnnealResult {
  const sections = openSections(container, ANNEAL_RESULT_SCHEMA);
  const vartype = sections.take("vartype", ["u8"], 1).data[0] === 1 ? "binary" : "spin";
  const size = sections.take("variables", ["u32"], 1).data[0] ?? 0;
  const variables = labelsOf(sections, size);
  const width = Math.ceil(size / 64);
  const { data: words, dims } = sections.take("samples.words", ["u64"], "any", width);
  const energies = finite(sections.take("samples.energies", ["f64"], dims[0] ?? 0));
  const occurrences = count(sections.take("samples.occurrences", ["u64"], dims[0] ?? 0));
  const solved = solvedOf(sections, energies.length);
  const low = vartype === "spin" ? -1 : 0;
  const samples = energies.map((energy, row) => ({
    energy,
    sample: Array.from({ length: size }, (_, k) => {
      const word = words[row * width + Math.floor(k / 64)] ?? 0n;
      return (word >> BigInt(k % 64)) & 1n ? 1 : low;
    }),
    occurrences: occurrences[row] ?? 0,
    ...solved?.samples[row],
  }));
  const [first] = samples;
  if (first === undefined) throw broken("it has no sample");
  const cut = sections.has("best.cut") ? { cut: only(sections.take("best.cut", ["f64"], 1)) } : {};
  const bound = boundOf(sections, first.energy, cut.cut);
  const searched = searchedOf(sections);
  const work = workOf(sections);
  sections.end();
  const best = { energy: first.energy, sample: first.sample, ...cut };
  return {
    vartype,
    variables,
    best,
    samples,
    ...(solved && { solution: solved.solution }),
    ...bound,
    ...searched,
    work,
  };
}

/**
 * What no energy can pass. Of a graph W = E + 2 · cut, for the best sample as for the bound, which with sense max is of the least cut:
 * the gap is then below the best one.
 */
function boundOf(sections: Sections, energy: number, cut: number | undefined): Pick<AnnealResult, "bound"> {
  if (!sections.has("bound.energy")) return {};
  const end = only(sections.take("bound.energy", ["f64"], 1));
  const witness = finite(sections.take("bound.witness", ["f64"], "any"));
  if (cut === undefined) return { bound: { energy: end, witness } };
  const last = cut + (energy / 2 - end / 2);
  const gap = last === cut ? 0 : Math.abs(last - cut) / Math.max(Math.abs(last), Math.abs(cut));
  return { bound: { energy: end, cut: last, gap, witness } };
}

/** Whether an exact search is a proof, and what `auto` picked. */
function searchedOf(sections: Sections): Pick<AnnealResult, "proved" | "auto"> {
  const proved = sections.has("proved") ? { proved: sections.take("proved", ["u8"], 1).data[0] === 1 } : {};
  if (!sections.has("auto")) return proved;
  const parsed = AnnealAuto.safeParse(jsonOf(sections, "auto"));
  if (!parsed.success) throw broken(`auto is none: ${parsed.error.issues[0]?.message}`);
  return { ...proved, auto: parsed.data };
}

/** What the samples of a problem are worth, and the solution that one of them stands for. */
function solvedOf(sections: Sections, size: number) {
  if (!sections.has("solution")) return undefined;
  const objectives = finite(sections.take("samples.objectives", ["f64"], size));
  const { data: flags } = sections.take("samples.feasible", ["u8"], size);
  const samples = objectives.map((objective, row) => ({ objective, feasible: flags[row] === 1 }));
  const parsed = ProblemSolution.safeParse(jsonOf(sections, "solution"));
  if (!parsed.success) throw broken(`solution is none: ${parsed.error.issues[0]?.message}`);
  const chosen = samples[sections.take("solution.sample", ["u32"], 1).data[0] ?? 0];
  const { data: solution } = parsed;
  if (chosen?.objective !== solution.objective || chosen.feasible !== solution.feasible) {
    throw broken("solution is not the one of its sample");
  }
  return { samples, solution };
}

function jsonOf(sections: Sections, name: string): unknown {
  const { data } = sections.take(name, ["u8"], "any");
  try {
    return JSON.parse(fromUtf8(data));
  } catch (cause) {
    throw broken(`${name} is no JSON: ${messageOf(cause)}`);
  }
}

function labelsOf(sections: Sections, size: number): AnnealResult["variables"] {
  if (!sections.has("labels")) {
    const first = sections.take("labels.first", ["u32"], 1).data[0] ?? 0;
    return Array.from({ length: size }, (_, k) => first + k);
  }
  const labels = jsonOf(sections, "labels");
  if (!Array.isArray(labels) || labels.length !== size) throw broken(`labels is no list of ${size}`);
  return labels;
}
