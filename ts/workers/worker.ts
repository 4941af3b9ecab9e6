// The file that a worker thread (Node) or a Web Worker runs.
import { expose } from "comlink";
import nodeEndpoint from "comlink/dist/esm/node-adapter.mjs";
import { JobWorker } from "./job-worker.ts";
import { nodeModule } from "./node-module.ts";

const parentPort = nodeModule("node:worker_threads")?.parentPort;
const worker = new JobWorker();

if (parentPort) expose(worker, nodeEndpoint(parentPort));
else expose(worker);
