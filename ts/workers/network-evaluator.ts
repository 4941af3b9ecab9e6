import * as qnet from "../../wasm-pkg/qnet/qnet.js";
import { utf8 } from "../core/bytes.ts";
import { AppError } from "../core/errors.ts";
import type { CompiledEngine } from "./load-wasm.ts";
import { fromWire } from "./wire-error.ts";

/**
 * A network in the caller's own thread: an answer takes microseconds, where a worker's alone would take fifty. A batch holds the
 * thread until it is done.
 */
export class NetworkEvaluator {
  /** Numbers of one state. */
  readonly inputs: number;
  /** Outputs for one state. */
  readonly actions: number;
  readonly #evaluator: qnet.NetworkEvaluator;
  readonly #memory: WebAssembly.Memory;
  readonly #maxStates: number;
  readonly #states: number;
  /** All of the memory; a memory that grows takes another buffer, and leaves this one empty. */
  #values: Float32Array;

  /** @throws {AppError} as the engine refuses a network; `invalid-input` or `too-large` for `maxStates` */
  constructor({ module }: CompiledEngine, format: string, source: string | Uint8Array, maxStates: number) {
    this.#memory = qnet.initSync({ module: module as WebAssembly.Module }).memory;
    try {
      const program = qnet.Program.parse(format, typeof source === "string" ? utf8(source) : source);
      ({ inputs: this.inputs, actions: this.actions } = JSON.parse(program.view()));
      this.#evaluator = program.evaluator(maxStates);
      program.free();
    } catch (error) {
      throw fromWire(error);
    }
    this.#maxStates = maxStates;
    this.#states = this.#evaluator.statesOffset() / Float32Array.BYTES_PER_ELEMENT;
    this.#values = new Float32Array(this.#memory.buffer);
  }

  /**
   * The outputs for one state or several that lie one after the other: the bytes that `forward` gives. Takes no memory where
   * `outputs` is given.
   *
   * @param states rounded to f32; a multiple of `inputs` numbers, for `maxStates` states at most
   * @param outputs at least `actions` numbers for each state
   * @throws {AppError} `invalid-input` for another number of values, for NaN and infinities, and for sums beyond f32
   */
  evaluate(states: ArrayLike<number>, outputs?: Float32Array): Float32Array {
    const count = states.length / this.inputs;
    if (!(Number.isInteger(count) && count >= 1 && count <= this.#maxStates)) {
      const most = this.#maxStates;
      throw invalid(`states has ${states.length} numbers; give ${this.inputs} for each of 1 to ${most} states`);
    }
    const size = count * this.actions;
    const target = outputs ?? new Float32Array(size);
    if (target.length < size) throw invalid(`outputs has ${target.length} numbers; give a Float32Array of ${size}`);
    if (this.#values.length === 0) this.#values = new Float32Array(this.#memory.buffer);
    const values = this.#values;
    values.set(states, this.#states);
    const first = this.#answer(count) / Float32Array.BYTES_PER_ELEMENT;
    // Faster than a copy of a view for the few outputs of a state, and no object is made.
    for (let k = 0; k < size; k++) target[k] = values[first + k] as number;
    return target;
  }

  #answer(count: number): number {
    try {
      return this.#evaluator.evaluate(count);
    } catch (error) {
      throw fromWire(error);
    }
  }
}

const invalid = (message: string): AppError => new AppError("invalid-input", message);
