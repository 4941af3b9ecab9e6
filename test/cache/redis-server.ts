import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { onTestFinished } from "vitest";
import { scratch } from "../cli/scratch.ts";

/** Why tests with a real Redis cannot run here; undefined where they can. */
export const NO_REDIS =
  spawnSync("redis-server", ["--version"]).status === 0
    ? undefined
    : "redis-server is not installed; apt-get install redis-server";

export interface RedisServer {
  readonly url: string;
  /** Stops it as a frozen machine would: connections stay, answers do not come. */
  freeze(): void;
  thaw(): void;
  kill(): Promise<void>;
  start(): Promise<void>;
}

/** A real Redis on a free port, gone when the test ends. */
export async function redisServer(): Promise<RedisServer> {
  const port = await freePort();
  const directory = scratch();
  let server = launch();
  function launch() {
    const flags = [
      "--port",
      String(port),
      "--bind",
      "127.0.0.1",
      "--save",
      "",
      "--appendonly",
      "no",
      "--dir",
      directory,
    ];
    return spawn("redis-server", flags, { stdio: ["ignore", "pipe", "inherit"] });
  }
  async function ready(): Promise<void> {
    for await (const line of server.stdout) if (String(line).includes("Ready to accept connections")) break;
    server.stdout.resume();
  }
  async function kill(): Promise<void> {
    if (server.exitCode !== null || server.signalCode !== null) return;
    const ended = once(server, "close");
    server.kill("SIGKILL");
    await ended;
  }
  onTestFinished(kill);
  await ready();
  return {
    url: `redis://127.0.0.1:${port}`,
    freeze: () => void server.kill("SIGSTOP"),
    thaw: () => void server.kill("SIGCONT"),
    kill,
    async start() {
      server = launch();
      await ready();
    },
  };
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address() as { port: number };
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
