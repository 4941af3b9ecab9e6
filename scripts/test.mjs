// `npm test`: everything this machine can run – TypeScript, WASM in Node, WASM in Chromium and Rust where they are installed.
import { check, report, rust, vitest } from "./runners.mjs";

const tallies = [await check("build", "npm", ["run", "--silent", "build"])];
tallies.push(await vitest("unit"), await vitest("service"), await vitest("e2e"), await rust());
process.exit(report(tallies));
