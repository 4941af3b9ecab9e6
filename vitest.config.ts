import { defineConfig } from "vitest/config";

const globalSetup = "test/global-setup.ts";

export default defineConfig({
  test: {
    projects: [
      // Projects do not inherit a time-out: a property test takes longer on a machine that does other things besides.
      {
        test: {
          name: "unit",
          include: ["test/**/*.test.ts"],
          exclude: ["test/e2e/**"],
          globalSetup,
          testTimeout: 60_000,
        },
      },
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
