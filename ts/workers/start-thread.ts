import type { Endpoint } from "comlink";
import nodeEndpoint from "comlink/dist/esm/node-adapter.mjs";
import { nodeModule } from "./node-module.ts";

export interface Thread {
  endpoint: Endpoint;
  terminate(): Promise<unknown>;
  /** Whether the thread keeps the process from ending. */
  hold(on: boolean): void;
}

export interface ThreadScript {
  /** Of the thread, for those who look at the process. */
  name: string;
  /** The script beside this file. */
  file: string;
  /** Starts it where bundlers see `new Worker(new URL(…, import.meta.url))` and take the script along. */
  inBrowser(): Worker;
  /** The option by which callers tell where the script is. */
  option: string;
}

/** In a variable, because bundlers take `new URL(…, import.meta.url)` for an asset; those of `inBrowser` are the ones for them. */
const HERE = import.meta.url;

/**
 * A thread of Node or a worker of a browser.
 * @param workerUrl where the script is, if not beside this file
 * @param onDeath is told why the thread ended
 */
export function startThread(
  script: ThreadScript,
  workerUrl: URL | undefined,
  onDeath: (reason: string) => void,
): Thread {
  const threads = nodeModule("node:worker_threads");
  return threads === undefined
    ? webThread(script, workerUrl, onDeath)
    : nodeThread(threads, script, workerUrl, onDeath);
}

function nodeThread(
  { Worker }: typeof import("node:worker_threads"),
  { name, file }: ThreadScript,
  workerUrl: URL | undefined,
  onDeath: (reason: string) => void,
): Thread {
  // No execArgv: flags such as --input-type are for the program that was started, and would stop the worker.
  const worker = new Worker(workerUrl ?? new URL(file, HERE), { name, execArgv: [] });
  worker.on("error", (error) => onDeath(error.message));
  worker.on("exit", (code) => onDeath(`it ended with exit code ${code}`));
  return {
    endpoint: nodeEndpoint(worker),
    terminate: () => worker.terminate(),
    hold: (on) => (on ? worker.ref() : worker.unref()),
  };
}

function webThread(
  { name, inBrowser, option }: ThreadScript,
  workerUrl: URL | undefined,
  onDeath: (reason: string) => void,
): Thread {
  const worker = workerUrl === undefined ? inBrowser() : new Worker(workerUrl, { type: "module", name });
  worker.addEventListener("error", (event) => {
    event.preventDefault();
    onDeath(event.message || `the script ${workerUrl ?? ""} did not load; give ${option} a workerUrl`);
  });
  return {
    endpoint: worker,
    terminate: async () => worker.terminate(),
    hold: () => {},
  };
}
