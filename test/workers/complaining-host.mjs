// An engine host that has a fault of its own, prints something, and answers all the same.
import { Socket } from "node:net";
import { expose, wrap } from "comlink";
import { socketEndpoint } from "../../dist/workers/socket-endpoint.js";

const socket = new Socket({ fd: 3 });
socket.on("close", () => process.exit());
const endpoint = socketEndpoint(socket, (error) => {
  throw error;
});
const caller = wrap(endpoint);
expose(
  {
    open() {},
    ping() {},
    cancel() {},
    async parse() {
      await caller.failed(new TypeError("a fault with words of a caller"));
      console.log("on stdout");
      await new Promise((resolve) => process.stderr.write("on stderr\n", resolve));
      return { view: "answered" };
    },
  },
  endpoint,
);
