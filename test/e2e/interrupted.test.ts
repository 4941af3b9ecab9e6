import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it, onTestFinished, vi } from "vitest";
import type { JobView } from "../../ts/models/job-view.ts";
import { longCircuit } from "./long-circuit.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const script = join(root, "dist", "cli.js");
const bell = join(root, "examples", "bell.qasm");
const home = mkdtempSync(join(tmpdir(), "ketflow-interrupted-"));
afterAll(() => rmSync(home, { recursive: true, force: true }));

const data = join(home, ".local", "share", "ketflow");
const env = { PATH: process.env.PATH ?? "", HOME: home };
// Some 5 s of work: a process is killed long before it is done, and ends it without trying anybody's patience.
const long = join(home, "long.qasm");
writeFileSync(long, longCircuit(20, 60));

function ketflow(...args: string[]) {
  return spawnSync(process.execPath, [script, ...args], { env, encoding: "utf8" });
}

function jobs(...args: string[]): JobView[] {
  return JSON.parse(ketflow("jobs", ...args, "--json").stdout).jobs;
}

/** Starts a command and waits until the store's journal says that a job runs. */
async function untilRunning(...args: string[]): Promise<ChildProcess> {
  const child = spawn(process.execPath, [script, ...args], { env });
  onTestFinished(() => void child.kill("SIGKILL"));
  const journal = join(data, "ketflow.db-wal");
  const runs = () => existsSync(journal) && readFileSync(journal).includes('"status":"running"');
  await vi.waitFor(() => expect(runs()).toBe(true), 20_000);
  return child;
}

async function end(child: ChildProcess, signal: "SIGKILL" | "SIGINT"): Promise<unknown> {
  const exit = once(child, "exit");
  child.kill(signal);
  return (await exit)[0];
}

describe("a run that was killed in the middle", () => {
  it("stays as it is while others run, is listed, and is watched to its end", { timeout: 240_000 }, async () => {
    await end(await untilRunning("run", long, "--seed", "1"), "SIGKILL");

    const other = ketflow("run", bell, "--seed", "2", "--json");
    expect(other.status).toBe(0);
    expect(other.stderr).toBe("1 earlier job is unfinished: ketflow jobs\n");
    const [second, first] = jobs();
    expect(second).toMatchObject({ id: JSON.parse(other.stdout).id, status: "succeeded" });
    // The one attempt is that of the killed process; nobody has begun another.
    expect(first).toMatchObject({ status: "queued", seed: 1, attempts: [{ end: "lost" }] });
    const id = first?.id ?? "";
    expect(ketflow("jobs", "--status", "queued").stdout).toMatch(new RegExp(`\\n${id}  queued .*\\n$`));
    expect(ketflow("result", id)).toMatchObject({ status: 2, stdout: "" });

    // Who stops watching leaves the job to the next.
    expect(await end(await untilRunning("watch", id), "SIGINT")).toBe(1);
    expect(jobs()[1]).toMatchObject({ id, status: "queued", attempts: [{ end: "lost" }, { end: "handed-back" }] });

    const watched = ketflow("watch", id);
    expect(watched.status).toBe(0);
    expect(watched.stdout).toMatch(/^20 qubits, [\d,]+ operations[\s\S]* █[\s\S]*\nseed {6}1\nreceipt .*\nverified /);
    const [receipt = ""] = /(?<=\nreceipt {3}).*/.exec(watched.stdout) ?? [];
    expect(ketflow("verify", receipt).status).toBe(0);
    expect(ketflow("run", bell, "--seed", "2").stderr).toBe("");

    const again = ketflow("result", id, "--json");
    expect(JSON.parse(again.stdout)).toMatchObject({
      id,
      status: "succeeded",
      receipt: { path: receipt, verified: true },
    });
    expect(jobs().find((job) => job.id === id)?.attempts).toHaveLength(3);
  });

  it("can be cancelled, and submitted again with its seed", async () => {
    await end(await untilRunning("run", long, "--seed", "3", "--shots", "7"), "SIGKILL");
    const [{ id = "" } = {}] = jobs("--status", "queued");
    const cancelled = ketflow("cancel", id);
    expect(cancelled.status).toBe(0);
    expect(cancelled.stdout).toMatch(new RegExp(`^seed {6}3\\nreceipt .*\\nverified  ${id} cancelled`));
    expect(ketflow("cancel", id).status).toBe(2);
    expect(ketflow("watch", id).status).toBe(1);

    const retried = await untilRunning("retry", id, "--json");
    await end(retried, "SIGINT");
    const [newest] = jobs();
    expect(newest).toMatchObject({ status: "cancelled", seed: 3 });
    expect(newest?.id).not.toBe(id);
  });

  it("goes on by itself in a service that stays", { timeout: 240_000 }, async () => {
    await end(await untilRunning("run", long, "--seed", "4"), "SIGKILL");
    const { openLocalService }: typeof import("../../ts/server.ts") = await import(join(root, "dist", "server.js"));
    const service = await openLocalService({ dataDir: data, environment: env });
    try {
      await vi.waitFor(async () => {
        const { jobs: running } = await service.list({ status: "running", limit: 9 });
        expect(running).toMatchObject([{ seed: 4, attempts: [{ end: "lost" }, { end: null }] }]);
      }, 20_000);
    } finally {
      await service.close();
    }
    const [left] = jobs("--status", "queued");
    expect(left).toMatchObject({ seed: 4, attempts: [{ end: "lost" }, { end: "handed-back" }] });
  });
});
