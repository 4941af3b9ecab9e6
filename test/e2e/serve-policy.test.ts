import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { expect, it, onTestFinished } from "vitest";
import { scratch } from "../cli/scratch.ts";

const cli = fileURLToPath(new URL("../../dist/cli.js", import.meta.url));
const ADMIN = "kf_test_admin_key_0123456789";

type Line = Record<string, unknown>;

/** `ketflow serve` with its log as lines; `next` takes them in order and gives the first with this event. */
async function serve(folder: string, ...args: string[]) {
  const child: ChildProcess = spawn(
    process.execPath,
    [cli, "serve", "--port", "0", "--data", join(folder, "data"), ...args],
    {
      env: { PATH: process.env.PATH ?? "", HOME: folder, KETFLOW_ADMIN_KEY: ADMIN },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  onTestFinished(() => void child.kill("SIGKILL"));
  const lines = createInterface({ input: child.stderr as NodeJS.ReadableStream })[Symbol.asyncIterator]();
  async function next(event: string): Promise<Line> {
    for (let line = await lines.next(); !line.done; line = await lines.next()) {
      const parsed = JSON.parse(line.value) as Line;
      if (parsed.event === event) return parsed;
    }
    throw new Error(`the log ended before ${event}`);
  }
  const { url } = await next("service.started");
  return { child, next, url: String(url) };
}

it("takes a changed policy file, and one that SIGHUP points at; a faulty one is refused with the path of its fault", async () => {
  const folder = scratch();
  const file = join(folder, "policy.json");
  const write = (policy: unknown): void => writeFileSync(file, JSON.stringify(policy));
  write({ dryRun: "always" });
  const { child, next, url } = await serve(folder, "--policy", file);
  const inForce = async (): Promise<string> => {
    const response = await fetch(`${url}/v1/policy`, { headers: { authorization: `Bearer ${ADMIN}` } });
    return ((await response.json()) as { policy: { dryRun: string } }).policy.dryRun;
  };
  await next("policy.loaded");
  expect(await inForce()).toBe("always");

  write({ dryRun: "sometimes" });
  expect(await next("policy.refused")).toMatchObject({
    level: "error",
    file,
    reason: expect.stringContaining("policy.dryRun: "),
  });
  expect(await inForce()).toBe("always");

  // As editors and deployments do it: a new file under the old name.
  writeFileSync(`${file}.new`, JSON.stringify({ dryRun: "when-priced-or-external" }));
  renameSync(`${file}.new`, file);
  await next("policy.loaded");
  expect(await inForce()).toBe("when-priced-or-external");

  writeFileSync(file, '{"dryRun": ');
  expect(await next("policy.refused")).toMatchObject({ reason: expect.stringMatching(/not JSON/) });
  child.kill("SIGHUP");
  expect(await next("policy.refused")).toMatchObject({ reason: expect.stringMatching(/not JSON/) });
  expect(await inForce()).toBe("when-priced-or-external");

  write({ dryRun: "always" });
  await next("policy.loaded");
  child.kill("SIGHUP");
  await next("policy.loaded");
  expect(await inForce()).toBe("always");

  child.kill("SIGTERM");
  await next("service.stopped");
  expect(await once(child, "exit")).toEqual([0, null]);
});
