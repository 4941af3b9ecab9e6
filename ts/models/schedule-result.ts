import * as z from "zod";
import { fromUtf8 } from "../core/bytes.ts";
import { messageOf } from "../core/errors.ts";
import type { ResultContainer } from "./result-container.ts";
import {
  SCHEDULE_COMPONENTS,
  type ScheduleComponents,
  type ScheduleProof,
  type ScheduleProofOfOne,
  type ScheduleResult,
} from "./schedule.ts";
import { SCHEDULE_RESULT_SCHEMA, workOf } from "./schedule-work.ts";
import { only, openSections, type Sections, wrongResult } from "./sections.ts";

const NO_MACHINE = 0xffff_ffff;

const broken = (message: string): Error => wrongResult(SCHEDULE_RESULT_SCHEMA, message);

/**
 * The JSON view of a `schedule-result/1` container.
 *
 * @throws {AppError} `integrity-violation` when the container is malformed
 */
export function toScheduleResult(container: Uint8Array | ResultContainer): ScheduleResult {
  const sections = openSections(container, SCHEDULE_RESULT_SCHEMA);
  const names = namesOf(sections);
  const numbers = (name: string, length: number | "any"): number[] =>
    Array.from(sections.take(name, ["u32"], length).data);
  const [starts, ends] = [numbers("start", names.tasks.length), numbers("end", names.tasks.length)];
  const machines = numbers("machine", names.tasks.length);
  const modes = numbers("mode", names.tasks.length);
  const segments = segmentsOf(sections, names.tasks.length);
  const named = (list: readonly string[], index: number): string => {
    const name = list[index];
    if (name === undefined) throw broken(`it speaks of number ${index} of ${list.length}`);
    return name;
  };
  const tasks = names.tasks.map((id, k) => {
    const machine = machines[k] ?? NO_MACHINE;
    const on = machine === NO_MACHINE ? {} : { machine: named(names.machines, machine) };
    const by = modes[k] === 0 ? {} : { mode: modes[k] ?? 0 };
    const own = segments.get(k);
    const split = own === undefined ? {} : { segments: own };
    return { id, start: starts[k] ?? 0, end: ends[k] ?? 0, ...on, ...by, ...split };
  });
  const criticalPath = numbers("critical-path", "any").map((index) => named(names.tasks, index));
  const [makespan = 0] = numbers("makespan", 1);
  const [objective, lowerBound] = [value(sections, "objective"), value(sections, "lower-bound")];
  const gap = value(sections, "gap");
  const proof = sections.has("proof") ? { proof: proofOf(sections, names, named) } : {};
  const components = sections.has("components") ? { components: componentsOf(sections) } : {};
  const lateness = sections.has("lateness")
    ? { lateness: Number(sections.take("lateness", ["u64"], 1).data[0] ?? 0n) }
    : {};
  const work = workOf(sections);
  sections.end();
  return { tasks, makespan, objective, lowerBound, gap, ...components, ...lateness, ...proof, criticalPath, work };
}

function componentsOf(sections: Sections): ScheduleComponents {
  const [makespan = 0, tardiness = 0, cost = 0, levelling = 0, affinity = 0, disruption = 0] = Array.from(
    sections.take("components", ["f64"], 6).data,
  );
  return { makespan, tardiness, cost, levelling, affinity, disruption };
}

/** The pieces of each task that is split, by its index. */
function segmentsOf(sections: Sections, tasks: number): Map<number, [number, number][]> {
  const pieces = new Map<number, [number, number][]>();
  if (!sections.has("parts")) return pieces;
  const { data } = sections.take("parts", ["u32"], "any", 3);
  for (let at = 0; at < data.length; at += 3) {
    const [task = 0, start = 0, end = 0] = data.subarray(at, at + 3);
    if (task >= tasks) throw broken(`parts speaks of number ${task} of ${tasks}`);
    pieces.set(task, [...(pieces.get(task) ?? []), [start, end]]);
  }
  return pieces;
}

function value(sections: Sections, name: string): number {
  return only(sections.take(name, ["f64"], 1));
}

/** A proof of one component as the engine writes it: tasks, resources and machines by index. */
const RAW_PROOFS = [
  z.object({ kind: z.enum(["earliest-ends", "cheapest-modes", "alone", "nothing"]) }),
  z.object({ kind: z.literal("path"), tasks: z.array(z.int()) }),
  z.object({
    kind: z.literal("energy"),
    pool: z.union([
      z.strictObject({ machine: z.int() }),
      z.strictObject({ resource: z.int() }),
      z.strictObject({ exclusive: z.int() }),
      z.literal("machines"),
    ]),
    from: z.int(),
    until: z.int(),
  }),
] as const;

const RawProofOfOne = z.discriminatedUnion("kind", [...RAW_PROOFS]);

const RawProof = z.discriminatedUnion("kind", [
  ...RAW_PROOFS,
  z.object({
    kind: z.literal("sum"),
    parts: z.array(z.object({ component: z.enum(SCHEDULE_COMPONENTS), value: z.number(), proof: RawProofOfOne })),
  }),
]);

function proofOf(
  sections: Sections,
  names: { tasks: string[]; machines: string[] },
  named: (list: readonly string[], index: number) => string,
): ScheduleProof {
  let raw: z.infer<typeof RawProof>;
  try {
    raw = RawProof.parse(JSON.parse(fromUtf8(sections.take("proof", ["u8"], "any").data)));
  } catch (cause) {
    throw broken(`proof is none: ${messageOf(cause)}`);
  }
  const proofOfOne = (one: z.infer<typeof RawProofOfOne>): ScheduleProofOfOne => {
    if (one.kind === "path") return { kind: "path", tasks: one.tasks.map((index) => named(names.tasks, index)) };
    if (one.kind !== "energy") return one;
    const { pool } = one;
    const isMachine = typeof pool === "object" && "machine" in pool;
    return { ...one, pool: isMachine ? { machine: named(names.machines, pool.machine) } : pool };
  };
  if (raw.kind !== "sum") return proofOfOne(raw);
  return { kind: "sum", parts: raw.parts.map((part) => ({ ...part, proof: proofOfOne(part.proof) })) };
}

function namesOf(sections: Sections): { tasks: string[]; machines: string[] } {
  const isList = (list: unknown): list is string[] =>
    Array.isArray(list) && list.every((name) => typeof name === "string");
  try {
    const { tasks, machines } = JSON.parse(fromUtf8(sections.take("names", ["u8"], "any").data));
    if (isList(tasks) && isList(machines)) return { tasks, machines };
  } catch (cause) {
    throw broken(`names is no JSON: ${messageOf(cause)}`);
  }
  throw broken("names has no lists of tasks and machines");
}
