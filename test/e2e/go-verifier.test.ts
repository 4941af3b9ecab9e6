import { execFile, spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it, onTestFinished } from "vitest";
import { scratch } from "../cli/scratch.ts";
import { ADMIN_KEY, openTestService } from "../http/service.ts";
import { BELL_BODY } from "../jobs/fixtures.ts";

/** Where Debian's golang-golang-x-mod-dev puts the packages; GOPATH says otherwise. */
const GOPATH = process.env.GOPATH ?? "/usr/share/gocode";
const env = { ...process.env, GOPATH, GO111MODULE: "off" };
const missing = whatIsMissing();
if (missing !== undefined) {
  if (process.env.KETFLOW_REQUIRE !== undefined) throw new Error(`${missing}, and KETFLOW_REQUIRE asks for it`);
  console.log(`skipped: the Go verifier; ${missing}`);
}

function whatIsMissing(): string | undefined {
  if (spawnSync("go", ["version"]).status !== 0) return "no go (apt-get install golang-go)";
  if (!existsSync(join(GOPATH, "src/golang.org/x/mod/sumdb/tlog")))
    return `no golang.org/x/mod below ${GOPATH} (apt-get install golang-golang-x-mod-dev, or set GOPATH)`;
  return undefined;
}

it.skipIf(missing !== undefined)(
  "Go's packages for transparency logs accept the live log, and refuse it altered",
  async () => {
    const folder = scratch();
    const service = await openTestService({
      trustLog: true,
      dataDir: join(folder, "data"),
      environment: { XDG_STATE_HOME: join(folder, "state"), XDG_CONFIG_HOME: join(folder, "config") },
    });
    onTestFinished(() => service.close());
    const program = join(folder, "verify-log");
    const source = fileURLToPath(new URL("../go/verify_log.go", import.meta.url));
    expect(spawnSync("go", ["build", "-o", program, source], { env, encoding: "utf8" })).toMatchObject({ stderr: "" });

    const submit = (count: number) =>
      service.call("POST", "/v1/jobs:batch", {
        token: ADMIN_KEY,
        body: { jobs: Array(count).fill({ ...BELL_BODY, options: { shots: 1 } }) },
      });
    const untilLogged = async (size: number): Promise<string> => {
      for (;;) {
        const checkpoint = await (await fetch(`${service.url}/log/checkpoint`)).text();
        if (Number(checkpoint.split("\n")[1]) >= size) return checkpoint;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    };
    await submit(40);
    const earlier = join(folder, "earlier");
    writeFileSync(earlier, await untilLogged(40));
    await submit(300);
    const checkpoint = await untilLogged(340);

    const [key = ""] = readFileSync(join(folder, "config/ketflow/trusted-logs"), "utf8")
      .split("\n")
      .filter((line) => /^[^#]/.test(line));
    const verify = async (url: string, old: string): Promise<string> => {
      const done = promisify(execFile)(program, ["-url", url, "-key", key, "-old", old]);
      return done.then(({ stdout }) => stdout).catch(({ stderr }: { stderr: string }) => stderr);
    };
    const log = `${service.url}/log`;
    const [, size = ""] = checkpoint.split("\n");
    expect(await verify(log, earlier)).toMatch(
      new RegExp(`: ${size} entries, each included\nit continues the \\d+ entries of the earlier checkpoint\n$`),
    );

    const altered = join(folder, "altered");
    writeFileSync(altered, readFileSync(earlier, "utf8").replace(/\n\d+\n/, "\n39\n"));
    expect(await verify(log, altered)).toMatch(/^refused: the earlier checkpoint: invalid signature/);

    // A mirror that changes one bit of one file.
    let target = "";
    const mirror = createServer(async (request, response) => {
      const bytes = Buffer.from(await (await fetch(`${service.url}${request.url}`)).arrayBuffer());
      if (request.url?.startsWith(`/log/${target}`)) bytes.writeUInt8(bytes.readUInt8(40) ^ 1, 40);
      response.end(bytes);
    });
    await new Promise<void>((resolve) => mirror.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void mirror.close());
    const mirrored = `http://127.0.0.1:${(mirror.address() as AddressInfo).port}/log`;
    for (const [file, refusal] of [
      ["none", /each included/],
      ["tile/entries/000", /^refused: entry 0: .*invalid/],
      ["tile/0/000", /^refused: .*(?:inconsistent|invalid)/],
      ["checkpoint", /^refused: .*(?:invalid signature|no verifiable signatures|malformed)/],
    ] as const) {
      target = file;
      expect(await verify(mirrored, earlier), file).toMatch(refusal);
    }
  },
  120_000,
);
