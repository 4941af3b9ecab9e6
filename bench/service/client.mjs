// The least client there is: what it takes of the time that it measures is small, other than with `fetch` (2 ms a request).
import { Agent, request } from "node:http";
import { KEY } from "./serve-process.mjs";

/** Connections that are kept. @param {number} most */
export const connections = (most) => new Agent({ keepAlive: true, maxSockets: most });

/**
 * Submits a job and gives the answer, parsed, with the time from the first byte sent to the last received.
 *
 * @param {Agent} agent @param {number} port @param {object} job @param {Record<string, string>} [headers]
 * @returns {Promise<{ job: { status: string, timing: { engineMs: number } }, ms: number }>}
 */
export function submit(agent, port, job, headers = {}) {
  const body = JSON.stringify(job);
  const all = {
    authorization: `Bearer ${KEY}`,
    "content-type": "application/json",
    "content-length": Buffer.byteLength(body),
    prefer: "wait=60",
    ...headers,
  };
  return new Promise((resolve, reject) => {
    const sentAt = performance.now();
    const sent = request(
      { agent, port, host: "127.0.0.1", path: "/v1/jobs", method: "POST", headers: all },
      (answer) => {
        /** @type {Buffer[]} */ const parts = [];
        answer.on("data", (part) => parts.push(part));
        answer.on("end", () => {
          const ms = performance.now() - sentAt;
          resolve({ job: JSON.parse(Buffer.concat(parts).toString()), ms });
        });
      },
    );
    sent.on("error", reject);
    sent.end(body);
  });
}

/** The default ends a run of 15 s: nothing that is accepted here has to end. @param {number} port */
export async function liftQuotas(port) {
  const answer = await fetch(`http://127.0.0.1:${port}/v1/tenants/local`, {
    method: "PATCH",
    headers: { authorization: `Bearer ${KEY}`, "content-type": "application/json" },
    body: JSON.stringify({ quotas: { jobsInFlight: 1e9, jobsPerMinute: 1e9 } }),
  });
  if (!answer.ok) throw new Error(await answer.text());
}
