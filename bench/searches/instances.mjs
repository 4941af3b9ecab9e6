// Published models with their best known values. The files are not part of the repository: the folder that holds them is given
// with --instances, and each is taken only where it is the file that the values are of.
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";

/**
 * @typedef {object} Instance
 * @property {string} name
 * @property {"rudy" | "bqp"} format
 * @property {string} file below the folder of instances; `.gz` is unpacked
 * @property {string} sha256 of the file
 * @property {"min" | "max"} sense of the energy (a cut is largest where the energy is least)
 * @property {number} best the largest known cut, or the best known xᵀQx
 * @property {"target" | "time"} measure the time to `best`, or the best value in `TIME_LIMIT_MS`
 */
/** @typedef {Instance & { source: string, size: number }} LoadedInstance */

export const TIME_LIMIT_MS = 10_000;

/**
 * Cuts of the Gset (Helmberg, Rendl, SIAM J. Optim. 10, 2000): best known values from the list of AOCoptimizer.jl. Programs of Beasley's library: Biq Mac
 * library, Wiegele 2007; of 1,000 variables: Wang, Lü, Glover, Hao, EJOR 223 (2012). Up to 500 variables they are minimised.
 * @type {readonly Instance[]}
 */
export const INSTANCES = [
  graph("G1", 11624, "target", "e29951b22493bdcafa104e4dee0d338d8e8b79973b959efdf949561f9c45d36c"),
  graph("G43", 6660, "target", "042dd841be63cb80cda079a10c3d910850a8c1c6983766a590a2b44f90f6d089"),
  program("bqp250-1", -45607, "1edea4ca6930167283c0241aea1683d89da7a1464172edc61fe8d37d93b8fa20"),
  program("bqp500-1", -116586, "367e2f2e71f7d6fd1db45c60392e68c3749bfaadcbbbce45df99ce657fba1ce4"),
  program("bqp1000-2", 354932, "ed5c3f3df92964552bfa79b6e1cc2caba2469a2e6c21fe3391e22b39a0799a97"),
  graph("G22", 13359, "time", "1d18ffb48bf6d39bee00e19daf50f2e4c9ea1b75f8bbdb5699179e35e21b7137"),
  graph("G14", 3064, "time", "86eb912316eaf53d0891df905d12a42d5ee1b786df100e391a62190cac5727ab"),
  graph("G55", 10299, "time", "6cc641c62bdda9985281acfb63b0bf624a0ff002a4c34c8633c10d988e9386f5"),
];

/** @param {string} name @param {number} best @param {"target" | "time"} measure @param {string} sha256 @returns {Instance} */
function graph(name, best, measure, sha256) {
  return { name, format: "rudy", file: `gset/${name}.txt`, sha256, sense: "min", best, measure };
}

/** @param {string} name @param {number} best @param {string} sha256 @returns {Instance} */
function program(name, best, sha256) {
  const file = `bqp/${name}.sparse${name.startsWith("bqp1000") ? ".gz" : ""}`;
  return { name, format: "bqp", file, sha256, sense: best > 0 ? "max" : "min", best, measure: "target" };
}

/**
 * @param {string} folder @param {Instance} instance
 * @returns {LoadedInstance | string} or why it cannot be had
 */
export function loadInstance(folder, instance) {
  const path = join(folder, instance.file);
  if (!existsSync(path)) return `${path} is not there: give the folder that holds gset and bqp with --instances`;
  const bytes = readFileSync(path);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  if (sha256 !== instance.sha256) return `${path} is another file: its SHA-256 is ${sha256}, not ${instance.sha256}`;
  const source = (path.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8");
  return { ...instance, source, size: Number.parseInt(source, 10) };
}

/**
 * What a sample is worth, from the text of the file alone.
 * @param {LoadedInstance} instance @param {string} sample a 0 or 1 for each variable; of a graph, its side
 * @returns {number} the weight of the cut, or xᵀQx
 */
export function worth({ name, format, source, size }, sample) {
  if (!new RegExp(`^[01]{${size}}$`).test(sample)) throw new Error(`${name}: a sample is not ${size} times 0 or 1`);
  const numbers = source.trim().split(/\s+/).map(Number);
  let sum = 0;
  for (let at = 2; at < numbers.length; at += 3) {
    const [i = 0, j = 0, weight = Number.NaN] = numbers.slice(at, at + 3);
    const [a, b] = [sample[i - 1], sample[j - 1]];
    if (format === "rudy") sum += a === b ? 0 : weight;
    else if (a === "1" && b === "1") sum += i === j ? weight : 2 * weight;
  }
  return sum;
}

/** The energy of the engines' models at the best known value: of a graph, E = W − 2 · cut. @param {LoadedInstance} instance */
export function targetEnergy({ format, source, best }) {
  if (format === "bqp") return best;
  const numbers = source.trim().split(/\s+/).map(Number);
  return numbers.filter((_, at) => at > 2 && at % 3 === 1).reduce((sum, weight) => sum + weight, 0) - 2 * best;
}

/** Whether a value is at least as good as another. @param {Instance} instance @param {number} value @param {number} other */
export function isAsGood({ format, sense }, value, other) {
  return format === "rudy" || sense === "max" ? value >= other : value <= other;
}
