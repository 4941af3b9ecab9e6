// The built engines as a user of `ketflow/engines` gets them: in the pool's worker, with helpers where a job asks for threads. The
// engine's own time is taken inside the worker, so neither parsing nor the way between the threads is in it.
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { loadEngines } from "ketflow/engines";

const PAGE_BYTES = 65_536;
const engines = await loadEngines({ threads: 1 });

/** @param {{ run: import("../subject.mjs").RunRequest, wantResult: boolean }} request */
async function run({ run: { type, format, source, options }, wantResult }) {
  const input = /** @type {import("ketflow/engines").EngineInput} */ ({ format, source });
  const before = process.cpuUsage();
  const { container, resultHash, engineMs, fewerThreads } = await engines.run(type, input, options);
  const { user, system } = process.cpuUsage(before);
  return {
    ...{ engineMs, cpuMs: (user + system) / 1000, resultHash },
    ...(fewerThreads !== undefined && { fewerThreads }),
    ...(wantResult && { container: Buffer.from(container).toString("base64") }),
  };
}

/** @param {{ bytes: number, repeats: number }} request */
async function stream({ bytes, repeats }) {
  const { default: binaryen } = await import("binaryen"); // slow to load, and rarely needed
  const module = binaryen.parseText(readFileSync(new URL("stream.wat", import.meta.url), "utf8"));
  module.setFeatures(binaryen.Features.SIMD128);
  const { exports } = new WebAssembly.Instance(
    new WebAssembly.Module(/** @type {BufferSource} */ (module.emitBinary())),
  );
  const memory = /** @type {WebAssembly.Memory} */ (exports.memory);
  const scale = /** @type {(bytes: number, factor: number) => void} */ (exports.scale);
  memory.grow(Math.ceil(bytes / PAGE_BYTES));
  new Float64Array(memory.buffer).fill(1);
  let bestMs = Number.POSITIVE_INFINITY;
  for (let turn = 0; turn < repeats; turn++) {
    const startMs = performance.now();
    scale(bytes, -1);
    bestMs = Math.min(bestMs, performance.now() - startMs);
  }
  if (new Float64Array(memory.buffer)[bytes / 8 - 1] !== (-1) ** repeats) throw new Error("the stream kernel is wrong");
  return { scaleBytesPerSecond: (2 * bytes * 1000) / bestMs };
}

for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  /** @type {unknown} */ let reply;
  try {
    reply = request.stream === undefined ? await run(request) : await stream(request.stream);
  } catch (error) {
    reply = { error: error instanceof Error ? error.message : String(error) };
  }
  process.stdout.write(`${JSON.stringify(reply)}\n`);
}
await engines.close();
