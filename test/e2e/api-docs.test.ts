import { spawn, spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { operationsTable, withTable } from "../../scripts/operations-table.mjs";
import { ERROR_CODES } from "../../ts/core/errors.ts";
import { grouped } from "../../ts/core/grouped.ts";
import { LIMIT_TEXTS, LIMITS } from "../../ts/http/limits.ts";
import { mockUpstream } from "../chat/mock-upstream.ts";
import { scratch } from "../cli/scratch.ts";
import { ADMIN_KEY, realService } from "../client/real-service.ts";

const page = fileURLToPath(new URL("../../docs/api.md", import.meta.url));
const written = readFileSync(page, "utf8");

/** What curl must answer, and the commands. */
function blocksOf(text: string): { statuses: number[]; commands: string }[] {
  return [...text.matchAll(/^```sh\n# ([\d ]+)\n([\s\S]*?)^```$/gm)].map(([, statuses = "", commands = ""]) => ({
    statuses: statuses.split(" ").map(Number),
    commands,
  }));
}

/** curl as the page means it, and its status on stderr. */
const PREAMBLE = `
curl() { command curl -sS -w '%{stderr}@%{http_code} %{method}\\n' "$@"; }
export JSON="Content-Type: application/json" AUTH="Authorization: Bearer $KETFLOW_ADMIN_KEY"
`;

const skips = spawnSync("jq", ["--version"]).status !== 0 && process.env.KETFLOW_REQUIRE === undefined;
if (skips) console.log("skipped: the examples of docs/api.md, because there is no jq");

/** Stands where docs/models.md has a model of this machine. */
const upstream = await mockUpstream();
afterAll(() => upstream.close());
const service = realService({ modelOrigins: [upstream.url] });

function limitsTable(): string {
  const names = Object.keys(LIMITS) as (keyof typeof LIMITS)[];
  const rows = names.map((name) => `| \`${name}\` | ${grouped(LIMITS[name])} | ${LIMIT_TEXTS[name]} |`);
  return ["| limit | value | of |", "|---|---|---|", ...rows].join("\n");
}

/** Runs the blocks of a page, in their order, and compares what they were answered. */
async function run(name: string): Promise<number> {
  const shown = readFileSync(fileURLToPath(new URL(`../../docs/${name}`, import.meta.url)), "utf8");
  const blocks = blocksOf(shown.replaceAll("http://127.0.0.1:11434", upstream.url));
  const marked = blocks.map(({ commands }, k) => `echo "#${k}" >&2\n${commands}`).join("\n");
  const bash = spawn("bash", ["--norc", "-c", PREAMBLE + marked], {
    stdio: ["ignore", "pipe", "pipe"],
    cwd: scratch(),
    env: { PATH: process.env.PATH, URL: service.url, KETFLOW_ADMIN_KEY: ADMIN_KEY, KETFLOW_API_KEY: ADMIN_KEY },
  });
  bash.stdout.resume();
  const log = await text(bash.stderr);
  const answered = log.split(/^#\d+\n/m).slice(1);
  const statuses = answered.map((lines) => [...lines.matchAll(/^@(\d+) /gm)].map(([, status]) => Number(status)));
  expect(log.split("\n").filter((line) => !/^([#@]\d.*)?$/.test(line))).toEqual([]); // no complaint of bash, jq or curl
  expect(statuses).toEqual(blocks.map((block) => block.statuses));
  return blocks.length;
}

it.skipIf(skips).each([
  ["experiments.md", 3],
  ["analytics.md", 1],
  ["models.md", 1],
])("docs/%s shows requests that are answered with the status it says", async (name, blocks) => {
  expect(await run(name)).toBe(blocks);
});

// KETFLOW_UPDATE_DOCS=1 writes the tables anew; npm run docs:openapi the one of the operations.
describe("docs/api.md", () => {
  it.skipIf(skips)("shows requests that are answered with the status it says", async () => {
    expect(await run("api.md")).toBeGreaterThan(10);
  });

  it("lists the codes, the limits and the operations that there are", async () => {
    const codes = [...written.matchAll(/^\| `([a-z-]+)` \| (\d+) \| (yes|no) \| .+ \|$/gm)];
    expect(
      codes.map(([, code, status, retryable]) => [code, { status: Number(status), retryable: retryable === "yes" }]),
    ).toEqual(Object.entries(ERROR_CODES));
    const document = await (await fetch(`${service.url}/openapi.json`)).json();
    const made = withTable(withTable(written, "limits", limitsTable()), "operations", operationsTable(document));
    if (process.env.KETFLOW_UPDATE_DOCS === "1") writeFileSync(page, made);
    expect(written, "npm run docs:openapi, or KETFLOW_UPDATE_DOCS=1, writes the tables").toBe(made);
  });
});
