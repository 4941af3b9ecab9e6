// Apart from schedule-result.ts, because workers load this file without the library of schemas.
import type { ScheduleResult } from "./schedule.ts";
import { openSections, type Sections } from "./sections.ts";

/** The schema of what a schedule run gives back. */
export const SCHEDULE_RESULT_SCHEMA = "schedule-result/1";

/** The schedules that a run made: what its `iterations` have to be for the same bytes. @throws {AppError} `integrity-violation` */
export function scheduleWork(container: Uint8Array): ScheduleResult["work"] {
  return workOf(openSections(container, SCHEDULE_RESULT_SCHEMA));
}

export function workOf(sections: Sections): ScheduleResult["work"] {
  const [iterations, restarts] = ["work.iterations", "work.restarts"].map((name) =>
    Number(sections.take(name, ["u64"], 1).data[0] ?? 0n),
  );
  return { iterations: iterations ?? 0, restarts: restarts ?? 0 };
}
