/** A schedule as it is drawn: what a result has, and no more. Times are whole numbers from 0. */
export interface GanttView {
  tasks: readonly GanttTask[];
  makespan: number;
  /** Ids of the tasks that hold each other up. */
  criticalPath: readonly string[];
}

interface GanttTask {
  id: string;
  start: number;
  end: number;
  machine?: string | undefined;
  /** Start and end of each piece of a task that is split. */
  segments?: readonly (readonly [number, number])[] | undefined;
}

export interface GanttOptions {
  /** A row for each machine or for each task. Default: machines, where every task that takes time has one. */
  rows?: "machines" | "tasks";
  /** Rows shown; the rest is one line. Default 40. */
  maxRows?: number;
}

export interface GanttRow {
  label: string;
  /** By start; in a row of a machine they do not overlap. */
  bars: readonly GanttBar[];
}

export interface GanttBar extends GanttTask {
  isCritical: boolean;
}

/** The rows of a picture: machines by name as people sort them, tasks by their start. */
export function ganttRows(view: GanttView, options: GanttOptions): { rows: GanttRow[]; hidden: number } {
  const critical = new Set(view.criticalPath);
  const pieces = (task: GanttTask): GanttBar[] => {
    const stretches = task.segments ?? [[task.start, task.end] as const];
    return stretches.map(([start, end]) => ({ ...task, start, end, isCritical: critical.has(task.id) }));
  };
  const tasks = [...view.tasks].sort((a, b) => a.start - b.start || a.end - b.end);
  const all =
    kindOfRows(view, options) === "tasks"
      ? tasks.map((task) => ({ label: task.id, bars: pieces(task) }))
      : byMachine(tasks.flatMap(pieces).sort((a, b) => a.start - b.start || a.end - b.end));
  const maxRows = options.maxRows ?? 40;
  return { rows: all.slice(0, maxRows), hidden: Math.max(0, all.length - maxRows) };
}

/** What the rows are. */
export function kindOfRows(view: GanttView, options: GanttOptions): "machines" | "tasks" {
  if (options.rows !== undefined) return options.rows;
  const timed = view.tasks.filter((task) => task.end > task.start);
  return timed.length > 0 && timed.every((task) => task.machine !== undefined) ? "machines" : "tasks";
}

/** A task without a machine has a row of its own, behind the machines. */
function byMachine(bars: readonly GanttBar[]): GanttRow[] {
  const machines = new Map<string, GanttBar[]>();
  const alone = new Map<string, GanttBar[]>();
  for (const bar of bars) {
    const rows = bar.machine === undefined ? alone : machines;
    const label = bar.machine ?? bar.id;
    const row = rows.get(label);
    if (row === undefined) rows.set(label, [bar]);
    else row.push(bar);
  }
  const others = [...alone].map(([label, row]) => ({ label, bars: row }));
  const rows = [...machines].map(([label, row]) => ({ label, bars: row }));
  return [...rows.sort((a, b) => compareNames(a.label, b.label)), ...others];
}

/** `m2` before `m10`: digits as numbers, the rest by code units. (`Intl.Collator` takes 60 ms to load.) */
function compareNames(a: string, b: string): number {
  const [x, y] = [a, b].map((name) => name.match(/\d+|\D+/g) ?? []);
  for (let k = 0; x !== undefined && y !== undefined && k < Math.min(x.length, y.length); k++) {
    const [p, q] = [x[k] ?? "", y[k] ?? ""];
    const difference = Number(p) - Number(q);
    if (difference !== 0 && !Number.isNaN(difference)) return difference;
    if (Number.isNaN(difference) && p !== q) return p < q ? -1 : 1;
  }
  return a.length - b.length;
}

/** 1, 2 or 5 times a power of ten, so that at most `most` steps reach the end. */
export function tickStep(makespan: number, most: number): number {
  for (let power = 1; ; power *= 10) {
    for (const step of [power, 2 * power, 5 * power]) if (step * most >= makespan) return step;
  }
}
