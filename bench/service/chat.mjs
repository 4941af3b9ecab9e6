// `node bench/service/chat.mjs [--seconds 10] [--rounds 3] [--connections 1000] [--portkey FOLDER]`: chat calls a second, with a
// mock of a model provider behind the service.
//
// Every call names ketflow/auto: its prompt of 500 characters goes through a fitted router of three models, the policy, the budget, the
// upstream call, and its audit event is committed and synced before the answer. With --portkey, the folder in which
// `npm install @portkey-ai/gateway` was run, that gateway hands the same prompts to the same mock, round by round in turns; it
// neither routes by prompt nor records.
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { fitModelRouter } from "../../dist/routing/models/model-router.js";
import { readPrompt } from "../../dist/routing/models/prompt-outline.js";
import { writeRouter } from "../../dist/routing/models/router-snapshot.js";
import { describeMachine } from "../machine.mjs";
import { ROOT } from "../subjects/subjects.mjs";
import { cpuSeconds, KEY, portOf, startService } from "./serve-process.mjs";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "10" },
    rounds: { type: "string", default: "3" },
    connections: { type: "string", default: "1000" },
    portkey: { type: "string" },
  },
});
const WARM_UP_SECONDS = 20;
const MODELS = ["small", "medium", "large"];
const PROMPT = "Explain to a colleague, step by step and with an example, why the sum of two odd numbers is even. "
  .repeat(6)
  .slice(0, 500);

const folder = mkdtempSync(join(tmpdir(), "ketflow-chat-"));
console.log(JSON.stringify(describeMachine(ROOT)));
const upstream = spawn(process.execPath, [join(ROOT, "bench/service/chat-upstream.mjs")], {
  stdio: ["ignore", "pipe", "inherit"],
});
const upstreamUrl = `http://127.0.0.1:${await portOf(upstream)}`;
const service = await startService([], ["--model-origin", upstreamUrl, "--log-level", "warn"]);
const portkey = values.portkey === undefined ? undefined : await startPortkey(values.portkey);
try {
  await setUp();
  await sleep(4000); // the calibration of the first start
  const subjects = [
    {
      name: "ketflow",
      pid: service.pid,
      script: lua("ketflow/auto", { Authorization: `Bearer ${KEY}` }),
      port: service.port,
    },
    ...(portkey === undefined
      ? []
      : [
          {
            ...{ name: "portkey", pid: Number(portkey.process.pid), port: portkey.port },
            script: lua("small", {
              Authorization: "Bearer sk-mock",
              ...{ "x-portkey-provider": "openai", "x-portkey-custom-host": `${upstreamUrl}/v1` },
            }),
          },
        ]),
  ];
  for (const subject of subjects) load(subject, WARM_UP_SECONDS);
  for (let round = 0; round < Number(values.rounds); round++) for (const subject of subjects) await measure(subject);
} finally {
  await service.stop();
  upstream.kill();
  portkey?.process.kill();
  rmSync(folder, { recursive: true, force: true });
}

/** Three models of one provider, a router that knows them, and leave to spend. */
async function setUp() {
  const models = MODELS.map((name, k) => ({
    ...{ name, contextTokens: 100_000, maxOutputTokens: 1000 },
    price: { inputMicroUsd: 10 ** k, outputMicroUsd: 4 * 10 ** k },
  }));
  await put("/v1/policy", { routing: { allowPriced: true } });
  await put("/v1/model-providers/mock", {
    kind: "openai-compatible",
    baseUrl: `${upstreamUrl}/v1`,
    apiKey: "sk-mock",
    models,
  });
  const examples = Array.from({ length: 60 }, (_, k) => {
    const prompt = `${PROMPT.slice(k)} ${k}`;
    const task = k % 2 === 0 ? "sums" : "texts";
    const quality = Float64Array.from([k % 2, 0.8, 0.9]);
    return { prompt, task, features: readPrompt(prompt), quality, cost: Float64Array.from([1, 10, 100]) };
  });
  await put("/v1/model-router", JSON.parse(writeRouter(fitModelRouter(MODELS, examples, 0), "given").text));
}

/** @param {string} path @param {object} body */
async function put(path, body) {
  const headers = { authorization: `Bearer ${KEY}`, "content-type": "application/json" };
  const answer = await fetch(`http://127.0.0.1:${service.port}${path}`, {
    method: "PUT",
    headers,
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(await answer.text());
}

/** @param {string} model @param {Record<string, string>} headers @returns the path of a script for wrk */
function lua(model, headers) {
  const path = join(folder, `${model.replace("/", "-")}.lua`);
  const body = JSON.stringify({ model, messages: [{ role: "user", content: PROMPT }], max_tokens: 100 });
  const lines = Object.entries({ "Content-Type": "application/json", ...headers }).map(
    ([name, value]) => `wrk.headers["${name}"] = "${value}"`,
  );
  writeFileSync(
    path,
    `wrk.method = "POST"\n${lines.join("\n")}\nwrk.body = [==[${body}]==]\n` +
      "done = function(summary, latency)\n" +
      '  io.write(string.format("RESULT %d %d %d %d %d %d\\n", summary.requests, summary.duration, summary.errors.status, ' +
      "summary.errors.timeout + summary.errors.connect + summary.errors.read, latency:percentile(50), latency:percentile(95)))\nend\n",
  );
  return path;
}

/** @typedef {{ name: string, pid: number, script: string, port: number }} Subject @param {Subject} subject @param {number} seconds */
function load({ script, port }, seconds) {
  const flags = ["-t1", `-c${values.connections}`, `-d${seconds}s`, "--timeout", "30s", "-s", script];
  const url = `http://127.0.0.1:${port}/v1/chat/completions`;
  const { stdout, error } = spawnSync("wrk", [...flags, url], { encoding: "utf8" });
  if (error) throw new Error("wrk is not there; apt-get install wrk", { cause: error });
  return /RESULT ([\d ]+)/.exec(stdout)?.[1]?.split(" ").map(Number) ?? [];
}

/** @param {Subject} subject */
async function measure(subject) {
  const [before, cpu] = [await upstreamCount(), cpuSeconds(subject.pid)];
  const [requests = 0, micros = 1, refused = 0, broken = 0, p50 = 0, p95 = 0] = load(subject, Number(values.seconds));
  const used = cpuSeconds(subject.pid) - cpu;
  const asked = (await upstreamCount()) - before;
  if (asked < requests - refused)
    throw new Error(`${requests - refused} answers, but the mock was asked ${asked} times`);
  console.log(
    `${subject.name}, ${values.connections} connections: ${Math.round(requests / (micros / 1e6))} calls/s, ` +
      `p50 ${(p50 / 1000).toFixed(0)} ms, p95 ${(p95 / 1000).toFixed(0)} ms; ${refused} refused, ${broken} broken; ` +
      `${((used / Math.max(1, requests)) * 1e6).toFixed(0)} µs of CPU each`,
  );
}

async function upstreamCount() {
  return Number(await (await fetch(upstreamUrl)).text());
}

/** @param {string} place */
async function startPortkey(place) {
  const port = await freePort();
  const script = join(place, "node_modules/@portkey-ai/gateway/build/start-server.js");
  const started = spawn(process.execPath, [script, `--port=${port}`, "--headless"], {
    cwd: place,
    env: { ...process.env, TRUSTED_CUSTOM_HOSTS: "127.0.0.1,localhost" },
    stdio: "ignore",
  });
  for (let k = 0; k < 100; k++) {
    await sleep(100);
    if (
      await fetch(`http://127.0.0.1:${port}/`).then(
        () => true,
        () => false,
      )
    )
      return { process: started, port };
  }
  throw new Error("Portkey's gateway did not start");
}

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" ? Number(address?.port) : 0));
    });
  });
}
