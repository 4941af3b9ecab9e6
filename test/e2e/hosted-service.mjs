// A service on the data folder argv[2] whose engines run in a child process: runs the circuit argv[3] with progress reports.
// Prints `progress` with the first report and the outcome as JSON at the end.

/** By address and not by name, so that types can be checked before anything is built. @type {typeof import("../../ts/server.ts")} */
const { openLocalService } = await import(new URL("../../dist/server.js", import.meta.url).href);

const [, , dataDir = "", source = ""] = process.argv;
const service = await openLocalService({ dataDir, engines: "host" });
let reports = 0;
const onProgress = () => {
  if (++reports === 1) console.log("progress");
};
const body = /** @type {const} */ ({ type: "circuit", input: { format: "openqasm3", source }, seed: 7 });
const { job, receipt } = await service.submit(body, { onProgress });
await service.close();
console.log(JSON.stringify({ status: job.status, receipt }));
