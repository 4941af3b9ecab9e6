// A subject is a process that answers requests, one JSON document per line: see docs/benchmarks.md for the protocol.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

/**
 * @typedef {object} RunReply
 * @property {number} engineMs the subject's own time for the job, without start-up, parsing and transport
 * @property {number} [cpuMs] of the processor for the same, with what little the process does besides
 * @property {string} [resultHash] SHA-256 of the result container
 * @property {string} [container] base64, when asked for
 * @property {import("ketflow").CircuitResult} [result] from subjects that make no container, when asked for
 * @property {string[]} [reads] of samplers that make no container: a 0 or 1 for each variable
 * @property {string} [fewerThreads] why it took fewer threads than it was asked to
 */
/** @typedef {{ type: import("ketflow/engines").JobType, format: string, source: string, options: object & { seed: number } }} RunRequest */
/** @typedef {{ scaleBytesPerSecond: number }} StreamReply */

export class Subject {
  #process;
  #lines;
  #name;

  /**
   * @param {string} name @param {string} command @param {readonly string[]} args @param {string} cwd
   * @param {Readonly<Record<string, string>>} [environment] besides this process's own
   */
  constructor(name, command, args, cwd, environment = {}) {
    this.#name = name;
    const env = { ...process.env, ...environment };
    this.#process = spawn(command, args, { cwd, env, stdio: ["pipe", "pipe", "inherit"] });
    this.#process.on("error", () => {}); // the read below then finds the output closed and says so
    this.#process.stdin.on("error", () => {});
    this.#lines = createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]();
  }

  /** @param {RunRequest} run @param {boolean} wantResult @returns {Promise<RunReply & { wallMs: number }>} */
  async run(run, wantResult) {
    const startMs = performance.now();
    const reply = /** @type {RunReply} */ (await this.#ask({ run, wantResult }));
    return { ...reply, wallMs: performance.now() - startMs };
  }

  /**
   * Multiplies `bytes` bytes of numbers in place, `repeats` times, and gives the rate of the fastest turn; reading and writing
   * both count.
   * @param {number} bytes @param {number} repeats
   */
  async stream(bytes, repeats) {
    return /** @type {StreamReply} */ (await this.#ask({ stream: { bytes, repeats } }));
  }

  /**
   * What an outside checker finds wrong with an answer.
   * @param {{ format: string, source: string, result: object }} judge @returns {Promise<string[]>}
   */
  async judge(judge) {
    return /** @type {{ faults: string[] }} */ (await this.#ask({ judge })).faults;
  }

  /** @param {unknown} request @returns {Promise<unknown>} */
  async #ask(request) {
    this.#process.stdin.write(`${JSON.stringify(request)}\n`);
    const { value, done } = await this.#lines.next();
    if (done) throw new Error(`subject ${this.#name} ended without an answer; its own output above says why`);
    const reply = JSON.parse(value);
    if (reply.error !== undefined) throw new Error(`subject ${this.#name}: ${reply.error}`);
    return reply;
  }

  close() {
    this.#process.stdin.end();
  }
}
