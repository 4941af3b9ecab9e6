// Other schedulers as subjects, and the outside checker of what all of them answer: see bench/subjects/peers/scheduling.py.
import { execFileSync } from "node:child_process";
import { resolve } from "node:path";
import { Subject } from "../subject.mjs";
import { ENVIRONMENT, FOLDER, PYTHON, versionOf } from "./peers.mjs";

/** @param {string} root */
function prepare(root) {
  try {
    execFileSync(resolve(root, PYTHON), ["-c", "import ortools, pymoo"], { stdio: "ignore" });
  } catch (cause) {
    throw new Error(`the peers of schedules need ortools and pymoo: install ${FOLDER}/requirements.txt anew`, {
      cause,
    });
  }
}

/** @param {string} name as in scheduling.py @param {string} root */
export function startScheduling(name, root) {
  return new Subject(name, resolve(root, PYTHON), [`${FOLDER}/scheduling.py`, name], root, ENVIRONMENT);
}

/** @param {string} name as in scheduling.py @param {string} distribution on PyPI @param {string} about */
function scheduler(name, distribution, about) {
  return {
    name,
    about: (/** @type {string} */ root) => `${about}, version ${versionOf(root, distribution)}`,
    prepare,
    start: (/** @type {string} */ root) => startScheduling(name, root),
  };
}

export const SCHEDULE_PEERS = [
  scheduler("cpsat", "ortools", "OR-Tools CP-SAT, one worker"),
  scheduler("pymoo", "pymoo", "pymoo's genetic algorithm over a serial scheme in numpy"),
];
