import { loadEngines } from "ketflow/engines";
import { show } from "../sample.js";

show(() =>
  loadEngines({
    threads: 1,
    workerUrl: new URL("./ketflow-worker.js", import.meta.url),
    wasmUrl: new URL("./ketflow-engine.wasm", import.meta.url),
  }),
);
