// `npm run check`: format, lint, types, architecture and unit tests, in less than a minute on two cores, offline.
import { check, report, vitest } from "./runners.mjs";

const bin = (/** @type {string} */ name) => `node_modules/.bin/${name}`;
const [lint, types, build] = await Promise.all([
  check("format and lint", bin("biome"), ["check", "."]),
  check("types", bin("tsc"), ["--noEmit"]),
  check("build", "npm", ["run", "--silent", "build"]),
]);
process.exit(report([lint, types, build, await vitest("unit")]));
