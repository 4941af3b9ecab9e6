import { readFileSync } from "node:fs";
import { getPriority } from "node:os";
import { afterEach, describe, expect, it, vi } from "vitest";
import { withResolvers } from "../../ts/core/with-resolvers.ts";
import { ANSWER_WITHIN_MS } from "../../ts/workers/host-process.ts";
import { HostedPool, type HostedPoolOptions } from "../../ts/workers/hosted-pool.ts";
import { describePool, run, STAND_IN, started } from "../contract/pool.ts";

/** vitest does not transform what other processes run: they take the built file. */
const hostUrl = new URL("../../dist/workers/engine-host.js", import.meta.url);

describePool("a child process", (options) => new HostedPool({ hostUrl, ...options }));

const pools: HostedPool[] = [];
afterEach(async () => {
  vi.useRealTimers();
  await Promise.all(pools.splice(0).map((pool) => pool.close()));
});

function newPool(options: Partial<HostedPoolOptions> = {}): HostedPool {
  const pool = new HostedPool({ hostUrl, workerUrl: STAND_IN, size: 2, ...options });
  pools.push(pool);
  return pool;
}

/** Resolves when this process has looked at its streams again. */
const nextTurn = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

describe("an engine host", () => {
  it("is another process, of lower priority and the first to go where memory is short", async () => {
    const { pid } = await run(newPool(), "ok");
    expect(pid).not.toBe(process.pid);
    expect(getPriority(pid)).toBe(Math.min(19, getPriority() + 10));
    if (process.platform === "linux") expect(readFileSync(`/proc/${pid}/oom_score_adj`, "utf8")).toBe("800\n");
  });

  it("takes its own jobs with it when it is killed, and the next call starts another", async () => {
    const pool = newPool();
    const { pid } = await run(pool, "ok");
    const running = run(pool, "hang");
    const other = run(pool, "obey");
    await started(pool);
    process.kill(pid, "SIGKILL");
    const lost = { reason: { code: "engine-failure", message: "the engine host died: SIGKILL" } };
    await expect(Promise.allSettled([running, other])).resolves.toMatchObject([lost, lost]);
    expect((await run(pool, "ok")).pid).not.toBe(pid);
  });

  it("hands on what goes wrong in it, and what it prints, to who asks", async () => {
    const [errors, printed] = [vi.fn(), vi.fn()];
    const pool = newPool({
      hostUrl: new URL("complaining-host.mjs", import.meta.url),
      onError: errors,
      onPrinted: printed,
    });
    await pool.parse("circuit", { format: "openqasm3", source: "" });
    await vi.waitFor(() =>
      expect(printed.mock.calls.flat().join("").split("\n").sort()).toEqual(["", "on stderr", "on stdout"]),
    );
    expect(errors.mock.calls).toEqual([[expect.objectContaining({ message: "a fault with words of a caller" })]]);
    expect(errors.mock.calls[0]?.[0].stack).toContain("complaining-host.mjs");
  });

  it("leaves it to its service when to end: signals to the process group do nothing", async () => {
    const pool = newPool();
    const { pid } = await run(pool, "ok");
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.kill(pid, signal);
    expect((await run(pool, "ok")).pid).toBe(pid);
  });

  it("is not started again and again when it dies before it answers", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const pool = newPool({ hostUrl: new URL("dying-host.mjs", import.meta.url) });
    const died = { code: "engine-failure", message: "the engine host died: exit code 7" };
    const refused = (times: number, ms: number) => ({
      code: "engine-failure",
      message: `${died.message}, ${times} times without an answer in between; it may start again within ${ms} ms`,
    });
    await expect(run(pool, "ok")).rejects.toMatchObject(died);
    await expect(run(pool, "ok")).rejects.toMatchObject(died);
    await expect(run(pool, "ok")).rejects.toMatchObject(refused(2, 500));
    vi.advanceTimersByTime(500);
    await expect(run(pool, "ok")).rejects.toMatchObject(died);
    await expect(run(pool, "ok")).rejects.toMatchObject(refused(3, 1000));
    vi.advanceTimersByTime(999);
    await expect(run(pool, "ok")).rejects.toMatchObject(refused(3, 1000));
  });

  it("has its deaths forgotten with each answer", async () => {
    const pool = newPool();
    for (let death = 0; death < 3; death++) {
      const { pid } = await run(pool, "ok");
      const running = run(pool, "hang");
      process.kill(pid, "SIGKILL");
      await expect(running).rejects.toMatchObject({ message: "the engine host died: SIGKILL" });
    }
  });

  it("is killed when it has work and gives no sign of life", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    const pool = newPool();
    const { pid } = await run(pool, "ok");
    process.kill(pid, "SIGSTOP");
    const abort = new AbortController();
    const silent = Promise.allSettled([run(pool, "ok"), run(pool, "ok", { signal: abort.signal })]);
    abort.abort();
    vi.advanceTimersByTime(ANSWER_WITHIN_MS);
    await nextTurn();
    vi.advanceTimersByTime(ANSWER_WITHIN_MS);
    await expect(silent).resolves.toMatchObject([
      { reason: { code: "engine-failure", message: "the engine host died: no sign of life for 10 s" } },
      { reason: { code: "cancelled", message: "the caller cancelled it" } },
    ]);
    expect((await run(pool, "ok")).pid).not.toBe(pid);
  });

  it("is asked for a sign of life while it has work, and not killed when it gives one", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    const pool = newPool({ hostUrl: new URL("pinging-host.mjs", import.meta.url) });
    const abort = new AbortController();
    let asked = withResolvers<number>();
    const running = run(pool, "ok", { signal: abort.signal, onProgress: ({ done }) => asked.resolve(done) });
    for (const times of [1, 2, 3]) {
      vi.advanceTimersByTime(ANSWER_WITHIN_MS);
      expect(await asked.promise).toBe(times);
      asked = withResolvers();
    }
    abort.abort();
    await expect(running).rejects.toMatchObject({ code: "cancelled" });
  });

  it("is killed when what it says makes no sense", async () => {
    const pool = newPool({ hostUrl: new URL("babbling-host.mjs", import.meta.url) });
    await expect(run(pool, "ok")).rejects.toMatchObject({
      code: "engine-failure",
      message: expect.stringMatching(/^the engine host died: unreadable answer: /),
    });
  });

  it("ends when it has had nothing to do for a while, and starts again with the next call", async () => {
    const pool = newPool({ idleMs: 0 });
    const [first, second] = await Promise.all([run(pool, "ok"), run(pool, "ok")]);
    expect(second.pid).toBe(first.pid);
    await vi.waitUntil(() => !isAlive(first.pid));
    expect((await run(pool, "ok")).pid).not.toBe(first.pid);
  });

  it("ends with close", async () => {
    const pool = newPool();
    const { pid } = await run(pool, "ok");
    await pool.close();
    expect(isAlive(pid)).toBe(false);
  });

  it("is given the bytes of a source and nothing of the memory beside them", async () => {
    const source = Buffer.from("a secret, ok").subarray(10);
    const { view } = await newPool().parse("circuit", { format: "openqasm3", source });
    expect(view).toMatchObject({ receivedBytes: 2 });
  });

  it("is not waited for while it starts", async () => {
    const pool = newPool({ hostUrl: new URL("silent-host.mjs", import.meta.url) });
    await expect(run(pool, "ok", { deadlineMs: 0 })).rejects.toMatchObject({ code: "deadline-exceeded" });
    const waiting = run(pool, "ok");
    const closed = pool.close();
    await expect(waiting).rejects.toMatchObject({ code: "cancelled", message: "the engines were closed" });
    await closed;
  });

  it("starts nothing for a call that was cancelled before, nor after close", async () => {
    const pool = newPool({ hostUrl: new URL("no-such-host.mjs", import.meta.url) });
    await expect(run(pool, "ok", { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: "cancelled" });
    await pool.close();
    await expect(run(pool, "ok")).rejects.toMatchObject({ code: "cancelled" });
  });
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
