// Prints the tables of a recorded run: `node bench/report.mjs bench/results/FILE.jsonl`.
import { readFileSync } from "node:fs";
import { report } from "./tables.mjs";

const file = process.argv[2];
if (file === undefined) throw new Error("usage: node bench/report.mjs bench/results/FILE.jsonl");
const lines = readFileSync(file, "utf8").trim().split("\n");
console.log(report(lines.map((line) => JSON.parse(line))));
