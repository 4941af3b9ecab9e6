// The table of a race of schedulers in Markdown: distances from the best known makespans, and the rows that were lost.

/** @typedef {import("./schedule-race.mjs").RaceRow} RaceRow */

const OURS = ["wasm", "native"];

/** @param {RaceRow} row @returns {number} in per cent; infinite where there is no schedule */
export const gapOf = ({ makespan, best }) =>
  makespan === null ? Number.POSITIVE_INFINITY : (100 * (makespan - best)) / best;

/** @param {number} gap */
const percent = (gap) => (Number.isFinite(gap) ? `${gap.toFixed(2)} %` : "none");

/** @param {readonly number[]} values */
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

/**
 * A row for each instance and limit, then the means of each family. A row is lost where a peer's schedule is shorter than that of the
 * WASM engine, and named.
 * @param {readonly RaceRow[]} rows
 */
export function raceTable(rows) {
  const subjects = [...new Set(rows.map(({ subject }) => subject))];
  const columns = [...OURS, ...subjects].filter((name, k, all) => subjects.includes(name) && all.indexOf(name) === k);
  const head = ["instance", "seconds", "best known", ...columns, "lost to"];
  const line = (/** @type {readonly string[]} */ cells) => `| ${cells.join(" | ")} |`;
  const placeOf = (/** @type {RaceRow} */ { instance, limitMs }) => `${instance} ${limitMs}`;
  /** @type {string[]} */ const lost = [];
  const body = [...new Set(rows.map(placeOf))].map((place) => {
    const here = rows.filter((row) => placeOf(row) === place);
    const of = (/** @type {string} */ name) => here.find(({ subject }) => subject === name);
    const own = gapOf(/** @type {RaceRow} */ (of("wasm") ?? of("native")));
    const winners = here.filter((row) => !OURS.includes(row.subject) && gapOf(row) < own).map(({ subject }) => subject);
    const [{ instance = "", limitMs = 0, best = 0 } = {}] = here;
    if (winners.length > 0) lost.push(`${instance} at ${limitMs / 1000} s`);
    const cells = columns.map((name) => {
      const row = of(name);
      return row === undefined ? "" : `${row.makespan ?? "–"} (${percent(gapOf(row))})`;
    });
    return [instance, String(limitMs / 1000), String(best), ...cells, winners.join(", ")];
  });
  const groups = [...new Set(rows.map(({ family, limitMs }) => `${family} ${limitMs}`))].map((group) => {
    const here = rows.filter(({ family, limitMs }) => `${family} ${limitMs}` === group);
    const [{ family = "", limitMs = 0 } = {}] = here;
    const cells = columns.map((name) => percent(mean(here.filter(({ subject }) => subject === name).map(gapOf))));
    return [`mean of ${family}`, String(limitMs / 1000), "", ...cells, ""];
  });
  const rule = head.map((_, k) => (k === 0 || k === head.length - 1 ? "---" : "---:"));
  const loads = rows.map(({ load }) => load);
  const verdict = lost.length === 0 ? "No row is lost." : `Lost: ${lost.join(", ")}.`;
  return (
    "Schedulers against the clock, one thread each: makespan and its distance from the best known one; each schedule was checked from " +
    `outside. Load ${Math.min(...loads).toFixed(1)} to ${Math.max(...loads).toFixed(1)}. ${verdict}\n\n` +
    [head, rule, ...body, ...groups].map(line).join("\n")
  );
}
