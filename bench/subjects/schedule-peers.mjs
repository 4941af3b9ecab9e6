// Other schedulers as subjects, and the outside checker of what all of them answer: see bench/subjects/peers/scheduling.py.
import { resolve } from "node:path";
import { Subject } from "../subject.mjs";
import { ENVIRONMENT, FOLDER, PYTHON, preparePeers, versionOf } from "./peers.mjs";

/** @param {string} name as in scheduling.py @param {string} root */
export function startScheduling(name, root) {
  return new Subject(name, resolve(root, PYTHON), [`${FOLDER}/scheduling.py`, name], root, ENVIRONMENT);
}

/** @param {string} name as in scheduling.py @param {string} distribution on PyPI @param {string} about */
function scheduler(name, distribution, about) {
  return {
    name,
    about: (/** @type {string} */ root) => `${about}, version ${versionOf(root, distribution)}`,
    prepare: (/** @type {string} */ root) => void preparePeers(root, distribution),
    start: (/** @type {string} */ root) => startScheduling(name, root),
  };
}

export const SCHEDULE_PEERS = [
  scheduler("cpsat", "ortools", "OR-Tools CP-SAT, one worker"),
  scheduler("pymoo", "pymoo", "pymoo's genetic algorithm over a serial scheme in numpy"),
];
