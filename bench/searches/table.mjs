// The tables of searches. What is below 1 is lost, and shown.
import { ratio, table } from "../markdown.mjs";
import { INSTANCES, isAsGood } from "./instances.mjs";
import { secondsToTarget } from "./measure.mjs";

/** @typedef {import("./measure.mjs").SearchRow} SearchRow */

/** @param {number | undefined} seconds */
function time(seconds) {
  if (seconds === undefined) return "never";
  return seconds >= 1 ? `${seconds.toFixed(1)} s` : `${(1000 * seconds).toPrecision(3)} ms`;
}

/** The setting of a sampler that did best. @param {readonly SearchRow[]} rows */
function bestTarget(rows) {
  const of = (/** @type {SearchRow} */ row) => secondsToTarget(row) ?? Number.POSITIVE_INFINITY;
  return rows.reduce((best, row) => (of(row) < of(best) ? row : best));
}

/** @param {SearchRow} row */
function bestOf(row) {
  const instance = INSTANCES.find(({ name }) => name === row.instance);
  if (instance === undefined) throw new Error(`${row.instance} is no instance`);
  const values = row.calls.map(({ best }) => best);
  return values.reduce((one, other) => (isAsGood(instance, one, other) ? one : other));
}

/** @param {SearchRow} row */
const meanOf = ({ calls }) => calls.reduce((sum, { best }) => sum + best, 0) / calls.length;

/** All graphs are cut, so more is better. @param {readonly SearchRow[]} rows */
const bestMean = (rows) => rows.reduce((best, row) => (meanOf(row) > meanOf(best) ? row : best));

/** @param {readonly SearchRow[]} rows @param {string} instance @param {string} sampler @param {string} [setting] */
function rowsOf(rows, instance, sampler, setting) {
  return rows.filter((row) => {
    return row.instance === instance && row.sampler === sampler && (setting ?? row.setting) === row.setting;
  });
}

/** @param {readonly object[]} lines of a result file @returns {string[]} Markdown */
export function searchTables(lines) {
  const all =
    /** @type {readonly (SearchRow | { type: "searchers", about: Record<string, string> } | { type: "searchSkipped", reason: string })[]} */ (
      lines
    );
  const rows = all.filter((line) => line.type === "search");
  const skipped = all.filter((line) => line.type === "searchSkipped").map(({ reason }) => `Not searched: ${reason}.`);
  const about = all.find((line) => line.type === "searchers")?.about ?? {};
  if (rows.length === 0) return skipped;
  const peers = [...new Set(rows.filter(({ isPeer }) => isPeer).map(({ sampler }) => sampler))];
  const methods = [...new Set(rows.filter(({ isPeer }) => !isPeer).map(({ setting }) => setting))];
  const instances = (/** @type {SearchRow["measure"]} */ measure) => [
    ...new Set(rows.filter((row) => row.measure === measure).map(({ instance }) => instance)),
  ];

  const targets = instances("target").map((instance) => {
    const ours = methods.map((method) => secondsToTarget(bestTarget(rowsOf(rows, instance, "wasm", method))));
    const theirs = peers.map((name) => bestTarget(rowsOf(rows, instance, name)));
    const seconds = theirs.map(secondsToTarget);
    const best = Math.min(...seconds.map((value) => value ?? Number.POSITIVE_INFINITY));
    const cells = theirs.map((row, k) => `${time(seconds[k])}${seconds[k] === undefined ? "" : ` (${row.setting})`}`);
    const versus = peers.length === 0 ? [] : [ratio(best / (ours[0] ?? Number.NaN))];
    return [instance, ...versus, ...ours.map(time), ...cells];
  });
  const times = instances("time").map((instance) => {
    const cell = (/** @type {SearchRow} */ row) => `${bestOf(row)} (${meanOf(row).toFixed(1)})`;
    const ours = methods.map((method) => cell(bestMean(rowsOf(rows, instance, "wasm", method))));
    const theirs = peers.map((name) => bestMean(rowsOf(rows, instance, name)));
    const known = String(rowsOf(rows, instance, "wasm")[0]?.bestKnown ?? "");
    return [instance, known, ...ours, ...theirs.map((row) => `${cell(row)}, ${row.setting}`)];
  });
  const rates = instances("target")
    .concat(instances("time"))
    .map((instance) => {
      const rate = (/** @type {string} */ sampler) => {
        return Math.max(0, ...rowsOf(rows, instance, sampler).map(({ updatesPerNs = 0 }) => updatesPerNs));
      };
      return [instance, ...["wasm", ...peers].map((name) => (rate(name) === 0 ? "" : rate(name).toPrecision(2)))];
    });

  const ourNames = methods.map((method) => `wasm ${method}`);
  const names = Object.entries(about).map(([name, text]) => `${name}: ${text}`);
  const parts = [
    `Searches, one thread, seconds of the processor. Every value was computed from the file. ${names.join("; ")}. Of peers the best setting of several, in brackets.`,
  ];
  if (targets.length > 0) {
    const head = [
      "seconds to the best known value, 99 %",
      ...(peers.length === 0 ? [] : ["best peer / wasm auto"]),
      ...ourNames,
      ...peers,
    ];
    parts.push(table(1, [head, ...targets]));
  }
  if (times.length > 0)
    parts.push(table(1, [["best cut in 10 s (mean)", "best known", ...ourNames, ...peers], ...times]));
  parts.push(
    table(1, [
      ["spin updates per ns", "wasm anneal", ...peers],
      ...rates.filter((row) => row.slice(1).some((cell) => cell !== "")),
    ]),
  );
  return [...parts, ...skipped];
}
