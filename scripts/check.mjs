// `npm run check`: format, lint, types, architecture and unit tests, in less than a minute on two cores, offline.
import { check, report, vitest } from "./runners.mjs";

const bin = (/** @type {string} */ name) => `node_modules/.bin/${name}`;
// First, because types of benchmarks and some tests are read from what it makes.
const build = await check("build", "npm", ["run", "--silent", "build"]);
const others = await Promise.all([
  check("format and lint", bin("biome"), ["check", "."]),
  check("types", bin("tsc"), ["--noEmit"]),
  vitest("unit"),
]);
process.exit(report([build, ...others]));
