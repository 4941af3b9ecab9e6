import { spawn, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { ADMIN_KEY, serviceOfTest } from "../http/service.ts";

const fileOf = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** The first that runs: one that is named, that of .venv, that of the system. */
const command = [process.env.KETFLOW_SCHEMATHESIS, fileOf("../../.venv/bin/schemathesis"), "schemathesis"].find(
  (candidate) => candidate !== undefined && spawnSync(candidate, ["--version"]).status === 0,
);
const missing =
  "no schemathesis; `pip install -r test/python/requirements.txt` (set KETFLOW_SCHEMATHESIS, or make .venv)";
if (command === undefined) {
  if (process.env.KETFLOW_REQUIRE !== undefined) throw new Error(`${missing}, and KETFLOW_REQUIRE asks for it`);
  console.log(`skipped: the API against its description; ${missing}`);
}

it.skipIf(command === undefined)(
  "schemathesis, an outside tester, finds no fault in the API by its own description",
  async () => {
    const service = await serviceOfTest({ limits: { failedAuthenticationsPerMinute: 60 } });
    // As anybody would: every check and phase; what is configured has its reason in the file. It keeps what it found where it runs.
    const child = spawn(
      command ?? "",
      [
        ...["--config-file", fileURLToPath(new URL("schemathesis.toml", import.meta.url))],
        ...["run", `${service.url}/openapi.json`, "--checks", "all", "-H", `Authorization: Bearer ${ADMIN_KEY}`],
        // Of an event stream it reads 20 events, or what comes in this time.
        ...["--request-timeout", "3"],
        ...[
          "--max-examples",
          "10",
          "--seed",
          "1",
          "--no-color",
          "--suppress-health-check",
          "all",
          "--continue-on-failure",
        ],
      ],
      { cwd: service.place.dataDir },
    );
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (text) => {
        output += text;
      });
    const code = await new Promise((resolve) => child.on("close", resolve));
    expect([code, code === 0 ? "" : output]).toEqual([0, ""]);
    expect(output).toMatch(/Test cases:\s+\d{3,} generated/);
    expect(service.reported).toEqual([]);
  },
  600_000,
);
