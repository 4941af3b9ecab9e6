// `node bench/service/events.mjs [--clients 1000] [--rate 5] [--seconds 20]`: how long an event takes to all who follow a tenant.
//
// The service is a process of its own; all clients are this one, each with a connection of its own. Each checks that it gets every
// event once and in order. The latency of an event runs from its time, which the service takes just before the commit, to the
// arrival of its bytes in this process; both by the clock of the same machine, in whole milliseconds.
import { Agent, request } from "node:http";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { describeMachine } from "../machine.mjs";
import { ROOT } from "../subjects/subjects.mjs";
import { BELL, cpuSeconds, KEY, startService } from "./serve-process.mjs";

const { values } = parseArgs({
  options: {
    clients: { type: "string", default: "1000" },
    rate: { type: "string", default: "5" },
    seconds: { type: "string", default: "20" },
  },
});
const clients = Number(values.clients);
const jobsPerSecond = Number(values.rate);
const seconds = Number(values.seconds);

/** Not counted: the first jobs, while code is compiled. */
const WARM_UP_JOBS = 10;

/** As they come, whatever the chunks of HTTP. */
const FRAME = /id: (\d+)\nevent: [a-z-]+\ndata: \{"jobId":"[^"]+","at":"([^"]+)"[^\n]*\n\n/g;

const service = await startService();
try {
  await run(service.port);
} finally {
  await service.stop();
}

/** @param {number} port */
async function run(port) {
  const agent = new Agent({ keepAlive: true });
  for (let k = 0; k < WARM_UP_JOBS; k++) await submit(port, agent, "wait=10");
  /** @type {number[]} */
  const latencies = [];
  const followers = [];
  for (let k = 0; k < clients; k++) followers.push(await follow(port, latencies));
  const before = cpuSeconds(service.pid);
  const startedAt = performance.now();
  const jobs = Math.round(jobsPerSecond * seconds);
  const answers = [];
  for (let k = 0; k < jobs; k++) {
    await sleep(Math.max(0, startedAt + (k * 1000) / jobsPerSecond - performance.now()));
    answers.push(submit(port, agent));
  }
  await Promise.all(answers);
  const wallSeconds = (performance.now() - startedAt) / 1000;
  const used = cpuSeconds(service.pid) - before;
  const expected = jobs * 3;
  while (followers.some((follower) => follower.events < expected)) await sleep(50);
  for (const follower of followers) follower.close();
  agent.destroy();
  latencies.sort((a, b) => a - b);
  const at = (/** @type {number} */ share) => latencies[Math.ceil(share * latencies.length) - 1];
  const { cpu, cores, node, commit, loadAverage } = describeMachine(ROOT);
  console.log(`${cpu}, ${cores} cores (load ${loadAverage.toFixed(1)}), Node ${node}, commit ${commit}`);
  console.log(
    `${clients} clients, ${expected} events of ${jobs} jobs at ${jobsPerSecond}/s: ${latencies.length} frames`,
  );
  console.log(`p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, p99 ${at(0.99)} ms, max ${at(1)} ms`);
  if (used > 0) console.log(`the service used ${((100 * used) / wallSeconds).toFixed(0)} % of a core, all threads`);
}

/** @param {number} port @param {Agent} agent @returns {Promise<void>} when the job is accepted, or when it has ended */
function submit(port, agent, prefer = "wait=0") {
  const body = JSON.stringify({ type: "circuit", input: { format: "openqasm2", source: BELL }, seed: 7 });
  const headers = { authorization: `Bearer ${KEY}`, "content-type": "application/json", prefer };
  return new Promise((resolve, reject) => {
    const sent = request({ port, agent, method: "POST", path: "/v1/jobs", headers }, (response) => {
      response.resume();
      response.on("end", resolve);
      if ((response.statusCode ?? 500) >= 300) reject(new Error(`submit: ${response.statusCode}`));
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

/**
 * Opens a stream and settles when its head has come.
 *
 * @param {number} port
 * @param {number[]} latencies
 * @returns {Promise<{ readonly events: number, close(): void }>}
 */
function follow(port, latencies) {
  const socket = connect(port, "127.0.0.1");
  let events = 0;
  let last = 0;
  let rest = "";
  socket.write(`GET /v1/events HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer ${KEY}\r\n\r\n`);
  socket.setEncoding("latin1");
  return new Promise((resolve, reject) => {
    socket.on("error", reject);
    socket.on("data", (/** @type {string} */ text) => {
      const now = Date.now();
      rest += text;
      let end = 0;
      for (const match of rest.matchAll(FRAME)) {
        const id = Number(match[1]);
        if (last > 0 && id !== last + 1) throw new Error(`event ${id} came after ${last}`);
        last = id;
        events++;
        latencies.push(now - Date.parse(match[2] ?? ""));
        end = match.index + match[0].length;
      }
      rest = rest.slice(end);
      if (!rest.includes("retry:")) return;
      if (!rest.startsWith("HTTP/1.1 200")) reject(new Error(rest));
      rest = "";
      resolve({
        get events() {
          return events;
        },
        close: () => socket.destroy(),
      });
    });
  });
}
