// The tables of a run in Markdown. Ratios first, since they travel from machine to machine better than times.
import { ratio, table } from "./markdown.mjs";
import { raceTable } from "./schedule-race-table.mjs";
import { searchTables } from "./searches/table.mjs";

/** @typedef {import("./measure.mjs").Row} Row */
/** @typedef {import("./schedule-race.mjs").RaceRow} RaceRow */
/** @typedef {import("./measure.mjs").Skipped} Skipped */
/** @typedef {import("./passes.mjs").PassRow} PassRow */
/** @typedef {import("./passes.mjs").StreamRow} StreamRow */
/** @typedef {{ type: "run", date: string, subjects: Record<string, string>, peers?: string[] } & import("./machine.mjs").MachineRecord} RunRecord */
/** @typedef {Row | Skipped | PassRow | StreamRow | RaceRow | RunRecord} Line */

/** @param {readonly number[]} values */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const [low, high] = [sorted[sorted.length % 2 === 0 ? middle - 1 : middle], sorted[middle]];
  return ((low ?? Number.NaN) + (high ?? Number.NaN)) / 2;
}

/** @param {number} ms */
function time(ms) {
  if (ms >= 1000) return `${(ms / 1000).toFixed(2)} s`;
  return ms >= 10 ? `${ms.toFixed(0)} ms` : `${ms.toPrecision(2)} ms`;
}

/** @param {readonly object[]} lines of one result file @returns {string} Markdown */
export function report(lines) {
  const all = /** @type {readonly Line[]} */ (lines);
  const run = all.find((line) => line.type === "run");
  const rows = all.filter((line) => line.type === "row");
  const passes = all.filter((line) => line.type === "pass");
  const streams = all.filter((line) => line.type === "stream");
  const parts = [];
  if (run !== undefined) parts.push(conditions(run));
  const peers = run?.peers ?? [];
  if (rows.length > 0) parts.push(workloadTable(rows.filter(({ subject }) => !peers.includes(subject))));
  if (run !== undefined && peers.length > 0) parts.push(peerTable(rows, peers, run.subjects));
  const race = all.filter((line) => line.type === "schedule-race");
  if (race.length > 0) parts.push(raceTable(race));
  parts.push(...searchTables(lines));
  if (passes.length > 0) parts.push(streamTable(streams), passTable(passes, streams));
  return parts.join("\n\n");
}

/** @param {RunRecord} run */
function conditions(run) {
  const source = `${run.commit}${run.isDirty ? " with changes" : ""}`;
  const engine = run.contentHash === null ? "" : `, engine ${run.contentHash.slice(0, 12)}`;
  const flags = run.rustFlags === "" ? "" : ` (RUSTFLAGS ${run.rustFlags})`;
  return (
    `${run.date.slice(0, 10)}, ${run.cpu}, ${run.cores} cores (load ${run.loadAverage.toFixed(1)} at the start), Node ` +
    `${run.node}, ${run.rustc ?? "no Rust"}${flags}; commit ${source}${engine}. ` +
    "Engine time, fastest round, median in brackets; every answer was checked."
  );
}

/** @param {Row} row */
const placeOf = ({ workload, precision, threads }) => {
  return `${workload}${precision === null ? "" : `, ${precision}`} ${threads}`;
};

/**
 * Rows that a peer ran, against the best of them: what is below 1 is lost.
 * @param {readonly Row[]} rows @param {readonly string[]} peers @param {Readonly<Record<string, string>>} about
 */
function peerTable(rows, peers, about) {
  const ours = [...new Set(rows.map(({ subject }) => subject))].filter((name) => ["wasm", "native"].includes(name));
  const head = ["workload", ...ours.map((name) => `best peer / ${name}`), ...ours, ...peers];
  /** @type {string[]} */ const lost = [];
  const body = [...new Set(rows.filter(({ subject }) => peers.includes(subject)).map(placeOf))].map((place) => {
    const found = rows.filter((row) => placeOf(row) === place);
    const best = (/** @type {string} */ subject) => {
      return Math.min(...(found.find((row) => row.subject === subject)?.engineMs ?? []));
    };
    const bestPeer = Math.min(...peers.map(best));
    const times = [...ours, ...peers].map((name) => (Number.isFinite(best(name)) ? time(best(name)) : ""));
    const shown = place.replace(/ \d+$/, "");
    for (const name of ours.filter((own) => best(own) > bestPeer)) {
      const winner = peers.find((peer) => best(peer) === bestPeer);
      lost.push(`${shown}: ${name} takes ${ratio(best(name) / bestPeer)} the time of ${winner}`);
    }
    return [shown, ...ours.map((name) => ratio(bestPeer / best(name))), ...times];
  });
  const names = peers.map((name) => `${name}: ${about[name]}`).join("; ");
  const losses = `Lost: ${lost.length === 0 ? "no row" : lost.join("; ")}.`;
  return `One thread, the fastest round of each. ${names}.\n\n${table(1, [head, ...body])}\n\n${losses}`;
}

/** @param {readonly Row[]} rows */
function workloadTable(rows) {
  const others = [...new Set(rows.map((row) => row.subject))].filter((subject) => subject !== "native");
  const hasNative = rows.some((row) => row.subject === "native");
  const subjects = hasNative ? [...others, "native"] : others;
  const head = ["workload", "threads", ...(hasNative ? others.map((name) => `${name} / native`) : []), ...subjects];
  const body = [...new Set(rows.map(placeOf))].map((key) => {
    const found = rows.filter((row) => placeOf(row) === key);
    const best = (/** @type {string} */ subject) => {
      const row = found.find((candidate) => candidate.subject === subject);
      return row === undefined ? undefined : Math.min(...row.engineMs);
    };
    const native = best("native");
    const ratios = others.map((name) => {
      const other = best(name);
      return other === undefined || native === undefined ? "" : ratio(other / native);
    });
    const times = subjects.map((name) => {
      const row = found.find((candidate) => candidate.subject === name);
      return row === undefined ? "" : `${time(Math.min(...row.engineMs))} (${time(median(row.engineMs))})`;
    });
    const place = key.lastIndexOf(" ");
    return [key.slice(0, place), key.slice(place + 1), ...(hasNative ? ratios : []), ...times];
  });
  return table(1, [head, ...body]);
}

/** @param {readonly StreamRow[]} streams */
function streamTable(streams) {
  const body = streams.map(({ subject, bytes, bytesPerSecond }) => [
    subject,
    `${bytes / 2 ** 20} MiB`,
    `${(bytesPerSecond / 1e9).toFixed(1)} GB/s`,
  ]);
  return table(1, [["memory limit: multiply in place", "working set", "read + written"], ...body]);
}

/** @param {readonly PassRow[]} passes @param {readonly StreamRow[]} streams */
function passTable(passes, streams) {
  const columns = [...new Set(passes.map(({ subject, precision }) => `${subject} ${precision}`))];
  const body = [...new Set(passes.map(({ qubit }) => qubit))].map((qubit) => {
    const cells = columns.map((column) => {
      const pass = passes.find((row) => row.qubit === qubit && `${row.subject} ${row.precision}` === column);
      // The state is read and written, so its size is half of the bytes moved.
      const limit = streams.find((row) => row.subject === pass?.subject && row.bytes * 2 === pass.bytes);
      if (pass === undefined || limit === undefined) return "";
      const rate = (pass.bytes * 1000) / pass.passMs;
      return `${time(pass.passMs)}, ${(rate / 1e9).toFixed(1)} GB/s, ${((100 * rate) / limit.bytesPerSecond).toFixed(0)} %`;
    });
    return [String(qubit), ...cells];
  });
  const qubits = passes[0]?.qubits ?? 0;
  const megabytes = [...new Set(passes.map(({ precision, bytes }) => `${precision} ${bytes / 2 ** 20} MiB`))].join(
    ", ",
  );
  return (
    `One dense one-qubit gate on ${qubits} qubits moves (reads and writes): ${megabytes}. Time of a pass, rate, share of the ` +
    `limit above for the same working set:\n\n${table(1, [["qubit", ...columns], ...body])}`
  );
}
