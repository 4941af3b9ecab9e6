// `npm run bench:experiments`: how often the service says something of experiments in which there is nothing, and in which there is.
import { judgementOf } from "../dist/experiments/judgement.js";
import { count } from "../dist/experiments/tallies.js";
import { ExperimentDocument } from "../dist/models/experiment.js";
import { BODY, simulateCalls, simulateUsers } from "./simulate-experiments.mjs";

const EXPERIMENTS = 2000;
const document = ExperimentDocument.parse(BODY);
const ofUsers = ExperimentDocument.parse({ ...BODY, unit: "user", guardRails: {} });
const rows = [
  ...[0, 0.02, 0.03].map((lift) => ({
    name: lift === 0 ? "A/A, calls" : `+${100 * lift} points, calls`,
    ...simulateCalls(judgementOf, document, EXPERIMENTS, lift),
  })),
  { name: "A/A, users", ...simulateUsers(judgementOf, count, ofUsers, EXPERIMENTS, false) },
  { name: "A/A, users, each call taken for a unit", ...simulateUsers(judgementOf, count, ofUsers, EXPERIMENTS, true) },
];
console.log(`${EXPERIMENTS} simulated experiments each, looked at after every 100 calls`);
for (const { name, found, stopped } of rows) {
  console.log(
    `${name}: ${(100 * found).toFixed(2)} % found a difference, ${(100 * stopped).toFixed(2)} % were stopped`,
  );
}
