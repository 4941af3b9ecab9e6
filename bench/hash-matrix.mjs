// `npm run bench:hashes -- …`: the result hash of every workload and of all recorded runs in every build, JavaScript engine and
// number of threads, as one table; exit code 1 when two of a row differ. Answers are not checked here (see run.mjs): equal and
// wrong would be as equal. Where an engine says that it took fewer threads than it was asked to, its value is compared too, and the
// row does not name it with that number.
import { parseArgs } from "node:util";
import { columnsOf, Skip, SUBJECT_NAMES } from "./hash-columns.mjs";
import { hashReport } from "./hash-report.mjs";
import { recordedRows, workloadRows } from "./hash-rows.mjs";

const USAGE = `usage: npm run bench:hashes -- [options]
  --subjects NAME,…  of ${SUBJECT_NAMES.join(", ")}; default: all of them
  --threads N,…      numbers of threads, default 1,2
  --max-qubits N     circuits of at most N qubits, default 22
  --no-workloads     the recorded runs of test/vectors only
  --require          fail where a subject is skipped for another reason than that the processor lacks its instructions`;

/** @param {readonly string[]} args */
async function main(args) {
  const { values: flags } = parseArgs({
    args: [...args],
    options: {
      subjects: { type: "string", default: SUBJECT_NAMES.join(",") },
      threads: { type: "string", default: "1,2" },
      "max-qubits": { type: "string", default: "22" },
      "no-workloads": { type: "boolean", default: false },
      require: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (flags.help) return console.log(USAGE);
  const counts = flags.threads.split(",").map(Number);
  const maxQubits = Number(flags["max-qubits"]);
  const names = flags.subjects.split(",");
  const isKnown = names.every((name) => SUBJECT_NAMES.includes(name));
  if (!isKnown || !counts.every((count) => Number.isInteger(count) && count > 0) || !(maxQubits > 0)) {
    throw new Error(USAGE);
  }
  const rows = [...recordedRows(), ...(flags["no-workloads"] ? [] : workloadRows(maxQubits))];
  /** @type {Map<string, Map<string, import("./hash-rows.mjs").Cell>>} */
  const cells = new Map(rows.map(({ name }) => [name, new Map()]));
  let missing = 0;
  // Column by column: each subject has the machine for itself, and its memory back before the next one starts.
  for (const name of names) {
    const column = await columnsOf(name).catch((reason) => {
      if (!(reason instanceof Skip)) throw reason;
      missing += reason.isOfMachine ? 0 : 1;
      console.log(`${name}: skipped, ${reason.message}`);
    });
    if (column === undefined) continue;
    for (const row of rows) {
      if (!row.isNative && name.startsWith("native")) continue;
      for (const threads of row.takesThreads ? counts : [1]) {
        cells.get(row.name)?.set(`${name}/${threads}`, await row.run(column, threads));
      }
    }
    await column.close();
  }
  const { lines, differing } = hashReport(rows, cells);
  console.log(lines.join("\n"));
  if (flags.require && missing > 0) console.log(`${missing} subjects are missing`);
  process.exitCode = differing === 0 && !(flags.require && missing > 0) ? 0 : 1;
}

main(process.argv.slice(2)).catch((error) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
});
