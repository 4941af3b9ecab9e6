import { defineConfig } from "vitest/config";

const globalSetup = "test/global-setup.ts";

/** Open a whole service, start processes or take seconds each: too slow for the minute of `npm run check`. */
const SERVICE = [
  ...["chat", "client", "http", "service", "telemetry"].map((folder) => `test/${folder}/**/*.test.ts`),
  ...[
    "cli/service",
    "cli/audit",
    "workers/hosted-pool",
    "engines/docs",
    "engines/package",
    "audit/python-verifier",
    "audit/verify-receipt",
    "audit/log-writer",
    "bench/measure",
    "workers/pool",
    "cli/spare-memory",
    "algorithms/mirror-fidelity",
    "engines/training",
    "experiments/tallies",
  ].map((file) => `test/${file}.test.ts`),
];

export default defineConfig({
  test: {
    // vitest leaves one core to itself by default, which on two cores is one worker: 76 s instead of 45 for the unit tests.
    maxWorkers: "100%",
    projects: [
      // Projects do not inherit a time-out: a property test takes longer on a machine that does other things besides.
      {
        test: {
          name: "unit",
          include: ["test/**/*.test.ts"],
          exclude: ["test/e2e/**", ...SERVICE],
          globalSetup,
          testTimeout: 60_000,
          // Files of a worker share the modules: 93 s of processor time instead of 156, most of the rest being imports again and again.
          isolate: false,
        },
      },
      { test: { name: "service", include: SERVICE, globalSetup, testTimeout: 60_000 } },
      // Browsers, whole processes, kill −9: what needs more than a moment or more than Node.
      {
        test: {
          name: "e2e",
          include: ["test/e2e/**/*.test.ts"],
          globalSetup,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
