import { execFile, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it, onTestFinished } from "vitest";
import { scratch } from "../cli/scratch.ts";
import { runJob } from "../http/event-streams.ts";
import { ADMIN_KEY, openTestService } from "../http/service.ts";

const cli = fileURLToPath(new URL("../../dist/cli.js", import.meta.url));
const page = readFileSync(new URL("../../docs/operations.md", import.meta.url), "utf8");
const [, recipe = ""] = /### Checking a running service\n[\s\S]*?```sh\n([\s\S]*?)```/.exec(page) ?? [];

it("a running service is checked by a copy, as docs/operations.md says; fsck of its own folder says so", async () => {
  const folder = scratch();
  const service = await openTestService({
    trustLog: true,
    dataDir: join(folder, "data"),
    environment: { XDG_STATE_HOME: join(folder, "state"), XDG_CONFIG_HOME: join(folder, "config") },
  });
  onTestFinished(() => service.close());
  await runJob(service);
  const DATA = join(folder, "data");
  const env = {
    ...{ ...process.env, URL: service.url, KEY: ADMIN_KEY, DATA, TMPDIR: folder },
    ...{ XDG_STATE_HOME: join(folder, "state"), XDG_CONFIG_HOME: join(folder, "config") },
  };
  const refused = spawnSync(process.execPath, [cli, "audit", "fsck", "--data", DATA], { env, encoding: "utf8" });
  expect(refused).toMatchObject({
    status: 2,
    stderr: expect.stringMatching(/in use by process \d+[\s\S]*POST \/v1\/backups/),
  });

  // While the shell works, the service has to answer: not spawnSync.
  const script = `set -eu\nketflow() { '${process.execPath}' '${cli}' "$@"; }\n${recipe}`;
  const ran = await new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
    execFile("bash", ["--norc", "-c", script], { env }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
  });
  expect(ran).toMatchObject({ code: 0, stdout: expect.stringContaining("everything holds") });
  expect(ran.stdout).not.toContain("FAIL");
  await runJob(service);
}, 60_000);
