// The file that an engine host runs: a process of its own for the threads of a service's engines. It speaks to the service through
// the stream at file descriptor 3 and ends when that does, however the service ended.
import { Socket } from "node:net";
import { expose, transfer, wrap } from "comlink";
import { AppError, toErrorInfo } from "../core/errors.ts";
import type { Progress } from "./engine-worker.ts";
import type { EngineHost, HostCaller, HostedOptions } from "./host-process.ts";
import type { CallControl } from "./job-pool.ts";
import { EngineModules } from "./load-wasm.ts";
import { EnginePool } from "./pool.ts";
import { socketEndpoint } from "./socket-endpoint.ts";

process.title = "ketflow-engines";
// A terminal or a service manager sends these to every process of the group: when the engines end is the service's decision.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => {});

const socket = new Socket({ fd: 3 });
socket.on("error", () => {}); // "close" follows.
socket.on("close", () => process.exit());
const endpoint = socketEndpoint(socket, (error) => {
  throw error;
});
const caller = wrap<HostCaller>(endpoint);

const calls = new Map<number, AbortController>();
let opened: Promise<EnginePool> | undefined;

async function openPool({ workerUrl, ...options }: HostedOptions): Promise<EnginePool> {
  const modules = new EngineModules();
  // A faulty installation is found here, before any call.
  await modules.best("statevector");
  const pool = new EnginePool({
    ...options,
    modules,
    readHybrid: async (source) => (await import("../models/hybrid.ts")).parseHybridDocument(source),
    workerUrl: workerUrl === undefined ? undefined : new URL(workerUrl),
  });
  pool.start();
  return pool;
}

/** Throws data, as workers do: an error's class and code would not survive the way. */
async function work<T>(id: number, does: (pool: EnginePool, control: CallControl) => Promise<T>): Promise<T> {
  const abort = new AbortController();
  calls.set(id, abort);
  try {
    if (opened === undefined) throw new AppError("engine-failure", "the engine host was called before it was opened");
    return await does(await opened, { signal: abort.signal });
  } catch (error) {
    if (!(error instanceof AppError)) void caller.failed(error instanceof Error ? error : new Error(String(error)));
    throw toErrorInfo(error);
  } finally {
    calls.delete(id);
  }
}

const host: EngineHost = {
  async open(options) {
    opened = openPool(options);
    await opened.catch((error: unknown) => {
      throw toErrorInfo(error);
    });
  },
  parse: (id, type, input) => work(id, (pool, control) => pool.parse(type, input, control)),
  toOpenqasm3: (id, input) => work(id, (pool, control) => pool.toOpenqasm3(input, control)),
  toIonqJson: (id, input) => work(id, (pool, control) => pool.toIonqJson(input, control)),
  estimate: (id, type, input, options) => work(id, (pool, control) => pool.estimate(type, input, options, control)),
  run: (id, type, input, options, reports) =>
    work(id, async (pool, control) => {
      const onProgress = reports ? (progress: Progress) => void caller.progress(id, progress) : undefined;
      const run = await pool.run(type, input, options, { ...control, onProgress });
      return transfer(run, [run.container.buffer]);
    }),
  cancel: (id) => calls.get(id)?.abort(),
  ping() {},
};
expose(host, endpoint);
