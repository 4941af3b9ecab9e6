// An engine host whose one run lasts until it is cancelled, and which says nothing but that it was asked for a sign of life.
import { Socket } from "node:net";
import { expose, wrap } from "comlink";

/** By address and not by name, so that types can be checked before anything is built. @type {typeof import("../../ts/workers/socket-endpoint.ts")} */
const { socketEndpoint } = await import(new URL("../../dist/workers/socket-endpoint.js", import.meta.url).href);

const socket = new Socket({ fd: 3 });
socket.on("error", () => {}); // "close" follows.
socket.on("close", () => process.exit());
const endpoint = socketEndpoint(socket, () => process.exit(1));
/** @type {import("comlink").Remote<import("../../ts/workers/host-process.ts").HostCaller>} */
const caller = wrap(endpoint);

let running = 0;
let asked = 0;
/** @type {(error: unknown) => void} */
let stop = () => {};
expose(
  {
    open() {},
    /** @param {number} job */
    run(job) {
      running = job;
      return new Promise((_, reject) => {
        stop = reject;
      });
    },
    ping: () => void caller.progress(running, { done: ++asked, total: 3 }),
    cancel: () => stop({ code: "cancelled", message: "stopped" }),
  },
  endpoint,
);
