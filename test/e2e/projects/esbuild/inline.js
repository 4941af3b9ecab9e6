import { loadEngines } from "ketflow/engines";
import { show } from "../sample.js";
import worker from "./dist/inline/worker.txt";
import engine from "./node_modules/ketflow/wasm-pkg/statevector/statevector_bg.wasm";

const blobUrl = (content, type) => URL.createObjectURL(new Blob([content], { type }));

show(() =>
  loadEngines({
    threads: 1,
    workerUrl: blobUrl(worker, "text/javascript"),
    wasmUrl: blobUrl(engine, "application/wasm"),
  }),
);
