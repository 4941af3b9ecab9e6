// The file that a helper thread runs: it joins the team of a memory that its leader sends, and helps until it is terminated.
import { nodeModule } from "./node-module.ts";
import type { TeamMemory } from "./thread-team.ts";
import { THREADED_PACKAGES } from "./threaded-packages.ts";

/** Engines recurse nowhere in what they share, and keep their tables on the heap. */
const STACK_BYTES = 2 ** 20;

interface Port {
  postMessage(message: unknown): void;
}

function join({ engine, module, memory }: TeamMemory, port: Port): void {
  const { initSync, enrolHelper, help, loseHelper } = THREADED_PACKAGES[engine];
  initSync({ module, memory, thread_stack_size: STACK_BYTES });
  const number = enrolHelper();
  port.postMessage(number);
  if (number === 0) return;
  try {
    help(number);
  } catch (error) {
    // The leader is waiting in WASM, where no event reaches it: it is told through the memory.
    loseHelper(number);
    throw error;
  }
}

const parentPort = nodeModule("node:worker_threads")?.parentPort;
if (parentPort) parentPort.once("message", (team: TeamMemory) => join(team, parentPort));
else {
  const scope = globalThis as unknown as Port & EventTarget;
  const onMessage = (event: Event) => join((event as MessageEvent<TeamMemory>).data, scope);
  scope.addEventListener("message", onMessage, { once: true });
}
