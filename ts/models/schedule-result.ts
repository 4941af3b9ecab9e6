import * as z from "zod";
import { fromUtf8 } from "../core/bytes.ts";
import { messageOf } from "../core/errors.ts";
import type { ResultContainer } from "./result-container.ts";
import type { ScheduleProof, ScheduleResult } from "./schedule.ts";
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
  numbers("mode", names.tasks.length);
  const named = (list: readonly string[], index: number): string => {
    const name = list[index];
    if (name === undefined) throw broken(`it speaks of number ${index} of ${list.length}`);
    return name;
  };
  const tasks = names.tasks.map((id, k) => {
    const machine = machines[k] ?? NO_MACHINE;
    const on = machine === NO_MACHINE ? {} : { machine: named(names.machines, machine) };
    return { id, start: starts[k] ?? 0, end: ends[k] ?? 0, ...on };
  });
  const criticalPath = numbers("critical-path", "any").map((index) => named(names.tasks, index));
  const [makespan = 0] = numbers("makespan", 1);
  const [objective, lowerBound] = [value(sections, "objective"), value(sections, "lower-bound")];
  const gap = value(sections, "gap");
  const proof = sections.has("proof") ? { proof: proofOf(sections, names, named) } : {};
  const work = workOf(sections);
  sections.end();
  return { tasks, makespan, objective, lowerBound, gap, ...proof, criticalPath, work };
}

function value(sections: Sections, name: string): number {
  return only(sections.take(name, ["f64"], 1));
}

/** A proof as the engine writes it: tasks, resources and machines by index. */
const RawProof = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("earliest-ends") }),
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
  if (raw.kind === "path") return { kind: "path", tasks: raw.tasks.map((index) => named(names.tasks, index)) };
  if (raw.kind === "earliest-ends") return raw;
  const { pool } = raw;
  const isMachine = typeof pool === "object" && "machine" in pool;
  return { ...raw, pool: isMachine ? { machine: named(names.machines, pool.machine) } : pool };
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
