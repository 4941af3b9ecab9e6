import { loadEngines } from "ketflow/engines";
import { show } from "../sample.js";

show(() =>
  loadEngines({
    threads: 1,
    workerUrl: new URL("./ketflow-worker.js", import.meta.url),
    wasmUrl: {
      statevector: new URL("./statevector.wasm", import.meta.url),
      annealer: new URL("./annealer.wasm", import.meta.url),
      qnet: new URL("./qnet.wasm", import.meta.url),
      scheduler: new URL("./scheduler.wasm", import.meta.url),
    },
  }),
);
