// Stands in for the engine's worker in tests of the pool: the source of the "circuit" says how the worker behaves.
import { parentPort, threadId } from "node:worker_threads";
import { expose, releaseProxy } from "comlink";
import nodeEndpoint from "comlink/dist/esm/node-adapter.mjs";

let memoryBytes = 0;
let runs = 0;

const spin = (/** @type {() => boolean} */ goesOn) => {
  while (goesOn());
};

/** @type {Record<string, (stop: Int32Array | undefined, onProgress: any) => void>} */
const behaviours = {
  ok: () => {},
  exit: () => process.exit(3),
  throw: () => {
    setTimeout(() => {
      throw new Error("thrown outside of any call");
    });
    spin(() => false);
    throw undefined;
  },
  trap: () => {
    throw new WebAssembly.RuntimeError("unreachable");
  },
  refuse: () => {
    throw { code: "unsupported", message: "not this gate", line: 3, column: 7 };
  },
  hang: () => spin(() => true),
  obey: (stop) => {
    spin(() => stop !== undefined && Atomics.load(stop, 0) === 0);
    throw { code: "cancelled", message: "stopped by its flag" };
  },
  grow: () => {
    memoryBytes = 2 ** 30;
  },
  "report-and-obey": (stop, onProgress) => {
    onProgress({ done: 1, total: 2 });
    behaviours.obey?.(stop, undefined);
  },
};

/** @param {{ source: string | Uint8Array }} input */
const behave = (input, /** @type {Int32Array | undefined} */ stop, /** @type {any} */ onProgress) => {
  const source = typeof input.source === "string" ? input.source : new TextDecoder().decode(input.source);
  const behaviour = behaviours[source];
  if (behaviour === undefined) throw new Error(`no behaviour ${source}`);
  try {
    behaviour(stop, onProgress);
  } finally {
    onProgress?.[releaseProxy]();
  }
};

const worker = {
  start() {},
  load() {},
  /** @param {string} _type @param {{ source: string | Uint8Array }} input */
  parse(_type, input) {
    behave(input, undefined, undefined);
    const receivedBytes = typeof input.source === "string" ? 0 : input.source.buffer.byteLength;
    return { format: "openqasm3", view: { pid: process.pid, threadId, runs, receivedBytes }, notes: [] };
  },
  /** @param {string} _type @param {{ source: string | Uint8Array }} input @param {object} _options @param {Int32Array | undefined} stop @param {unknown} onProgress */
  run(_type, input, _options, stop, onProgress) {
    runs += 1;
    behave(input, stop, onProgress);
    return { pid: process.pid, threadId, runs, container: new Uint8Array(3) };
  },
  memoryBytes: () => memoryBytes,
};

if (parentPort) expose(worker, nodeEndpoint(parentPort));
