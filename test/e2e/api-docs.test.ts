import { spawn, spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { ERROR_CODES } from "../../ts/core/errors.ts";
import { grouped } from "../../ts/core/grouped.ts";
import { LIMIT_TEXTS, LIMITS } from "../../ts/http/limits.ts";
import { scratch } from "../cli/scratch.ts";
import { ADMIN_KEY, realService } from "../client/real-service.ts";

const page = fileURLToPath(new URL("../../docs/api.md", import.meta.url));
const written = readFileSync(page, "utf8");

/** What curl must answer, and the commands. */
const blocks = [...written.matchAll(/^```sh\n# ([\d ]+)\n([\s\S]*?)^```$/gm)].map(
  ([, statuses = "", commands = ""]) => ({
    statuses: statuses.split(" ").map(Number),
    commands,
  }),
);

/** curl as the page means it, and its status on stderr. */
const PREAMBLE = `
curl() { command curl -sS -w '%{stderr}@%{http_code} %{method}\\n' "$@"; }
export JSON="Content-Type: application/json" AUTH="Authorization: Bearer $KETFLOW_ADMIN_KEY"
`;

const skips = spawnSync("jq", ["--version"]).status !== 0 && process.env.KETFLOW_REQUIRE === undefined;
if (skips) console.log("skipped: the examples of docs/api.md, because there is no jq");

const service = realService();

function limitsTable(): string {
  const names = Object.keys(LIMITS) as (keyof typeof LIMITS)[];
  const rows = names.map((name) => `| \`${name}\` | ${grouped(LIMITS[name])} | ${LIMIT_TEXTS[name]} |`);
  return ["| limit | value | of |", "|---|---|---|", ...rows].join("\n");
}

interface OpenApi {
  paths: Record<string, Record<string, { summary: string; "x-scope"?: string }>>;
}

async function operationsTable(): Promise<string> {
  const response = await fetch(`${service.url}/openapi.json`);
  const { paths } = (await response.json()) as OpenApi;
  const rows = Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(
      ([method, each]) =>
        `| \`${method.toUpperCase()} ${path}\` | ${each["x-scope"] ? `\`${each["x-scope"]}\`` : ""} | ${each.summary} |`,
    ),
  );
  return ["| operation | scope | does |", "|---|---|---|", ...rows].join("\n");
}

// KETFLOW_UPDATE_DOCS=1 writes the tables anew.
describe("docs/api.md", () => {
  it.skipIf(skips)("shows requests that are answered with the status it says", async () => {
    const marked = blocks.map(({ commands }, k) => `echo "#${k}" >&2\n${commands}`).join("\n");
    const bash = spawn("bash", ["-c", PREAMBLE + marked], {
      stdio: ["ignore", "pipe", "pipe"],
      cwd: scratch(),
      env: { PATH: process.env.PATH, URL: service.url, KETFLOW_ADMIN_KEY: ADMIN_KEY },
    });
    bash.stdout.resume();
    const log = await text(bash.stderr);
    const answered = log.split(/^#\d+\n/m).slice(1);
    const statuses = answered.map((lines) => [...lines.matchAll(/^@(\d+) /gm)].map(([, status]) => Number(status)));
    expect(log.split("\n").filter((line) => !/^([#@]\d.*)?$/.test(line))).toEqual([]); // no complaint of bash, jq or curl
    expect(statuses).toEqual(blocks.map((block) => block.statuses));
    expect(blocks.length).toBeGreaterThan(10);
  });

  it("lists the codes, the limits and the operations that there are", async () => {
    const codes = [...written.matchAll(/^\| `([a-z-]+)` \| (\d+) \| (yes|no) \| .+ \|$/gm)];
    expect(
      codes.map(([, code, status, retryable]) => [code, { status: Number(status), retryable: retryable === "yes" }]),
    ).toEqual(Object.entries(ERROR_CODES));
    const tables = { limits: limitsTable(), operations: await operationsTable() };
    const made = Object.entries(tables).reduce(
      (before, [name, table]) =>
        before.replace(new RegExp(`(<!-- ${name} -->\n)[\\s\\S]*?(<!-- /${name} -->)`), `$1\n${table}\n\n$2`),
      written,
    );
    if (process.env.KETFLOW_UPDATE_DOCS === "1") writeFileSync(page, made);
    expect(written).toBe(made);
  });
});
