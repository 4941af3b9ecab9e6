import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, watch } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { scratch } from "../cli/scratch.ts";

const script = fileURLToPath(new URL("../../dist/cli.js", import.meta.url));
const QUEUE = {
  ...{ name: "dispatch-queue", arrivalRate: 1.5, serviceRates: [1, 0.6, 0.4], capacity: 10 },
  ...{ rejectionCost: 20, jobs: 100 },
};

/** A folder with the files that the commands below name. */
const folderOf = (): string =>
  scratch({ "queue.json": JSON.stringify(QUEUE), "small.json": '{"hidden":[16],"learningStarts":100,"trainEvery":4}' });

function ketflow(args: string[], cwd: string): { code: number | null; stdout: string; stderr: string } {
  const env = { PATH: process.env.PATH ?? "", HOME: cwd };
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], { cwd, env, encoding: "utf8" });
  return { code: status, stdout, stderr };
}

describe("ketflow train", () => {
  it("learns, writes a network, and gives the same bytes again", () => {
    const cwd = folderOf();
    const args = ["train", "queue.json", "--options", "small.json", "--steps", "600", "--seed", "7"];
    const { code, stdout, stderr } = ketflow([...args, "--out", "a.net.json"], cwd);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^600 steps, \d+ updates, 6 episodes\nreturn [▁-█ ]+ -\d+(\.\d+)? to -\d+(\.\d+)?\n/);
    expect(stdout).toMatch(/\nmean return of 100 episodes without exploration: -\d+\.\d+\nnetwork: a\.net\.json\n$/);
    const document = JSON.parse(ketflow([...args, "--json"], cwd).stdout);
    expect(`${document.network}\n`).toBe(readFileSync(join(cwd, "a.net.json"), "utf8"));
    expect(document).toMatchObject({ steps: 600, isOver: true });
    expect(document.episodes).toHaveLength(6);
  });

  it("keeps a checkpoint when Ctrl-C stops it, and goes on from it to the same bytes", async () => {
    const cwd = folderOf();
    const args = ["train", "cart-pole", "--options", "small.json", "--steps", "150000", "--seed", "3"];
    const whole = ketflow([...args, "--json"], cwd);
    const env = { PATH: process.env.PATH ?? "", HOME: cwd };
    const running = spawn(process.execPath, [script, ...args, "--checkpoint", "kept"], { cwd, env });
    let stderr = "";
    running.stderr.on("data", (text) => {
      stderr += text;
    });
    // The first checkpoint comes at the half; that of the stop takes its place.
    const watcher = watch(cwd, (_, file) => {
      if (file !== "kept") return;
      watcher.close(); // A second Ctrl-C would not wait.
      running.kill("SIGINT");
    });
    const [code] = await once(running, "close");
    expect(code).toBe(1);
    expect(stderr).toMatch(/after \d+ steps; go on with --resume kept/);
    expect(existsSync(join(cwd, "kept.new"))).toBe(false);
    const resumed = ketflow(["train", "--resume", "kept", "--json"], cwd);
    expect(JSON.parse(resumed.stdout)).toEqual(JSON.parse(whole.stdout));
  });

  it("does not go on from what is no checkpoint", () => {
    const { code, stderr } = ketflow(["train", "--resume", "small.json"], folderOf());
    expect([code, stderr]).toEqual([2, expect.stringMatching(/do not begin with KFDQN\/1/)]);
  });
});
