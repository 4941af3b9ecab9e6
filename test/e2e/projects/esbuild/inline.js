import { loadEngines } from "ketflow/engines";
import { show } from "../sample.js";
import worker from "./dist/inline/worker.txt";
import annealer from "./node_modules/ketflow/wasm-pkg/annealer/annealer_bg.wasm";
import qnet from "./node_modules/ketflow/wasm-pkg/qnet/qnet_bg.wasm";
import scheduler from "./node_modules/ketflow/wasm-pkg/scheduler/scheduler_bg.wasm";
import statevector from "./node_modules/ketflow/wasm-pkg/statevector/statevector_bg.wasm";

const blobUrl = (content, type) => URL.createObjectURL(new Blob([content], { type }));

show(() =>
  loadEngines({
    threads: 1,
    workerUrl: blobUrl(worker, "text/javascript"),
    wasmUrl: {
      statevector: blobUrl(statevector, "application/wasm"),
      annealer: blobUrl(annealer, "application/wasm"),
      qnet: blobUrl(qnet, "application/wasm"),
      scheduler: blobUrl(scheduler, "application/wasm"),
    },
  }),
);
