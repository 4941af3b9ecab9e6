import type { ThreadUse } from "../models/thread-use.ts";
import type { EngineName } from "./engines.ts";
import { nodeModule } from "./node-module.ts";
import type { Poll, Program } from "./packages.ts";

const HERE = import.meta.url;

/** A class of crates/node; its errors have JSON for a message. */
interface AddonProgram {
  format(): string;
  view(): string;
  notes(): string;
  estimate(options: string): string;
  toOpenqasm3(): string;
  toIonqJson(): string;
  run(
    options: string,
    poll: Poll,
    threads: number,
  ): { container: Uint8Array; threads: { ms: number; pieces: number }[] };
}

interface Addon {
  readonly Program: { parse(engine: EngineName, format: string, source: Uint8Array): AddonProgram };
}

/** Reads sources for one engine of the native addon. */
export class NativeReader {
  readonly #engine: EngineName;
  readonly #addon: Addon;

  /** @param file of the addon; loaded once per thread */
  constructor(engine: EngineName, file: string) {
    const require = nodeModule("node:module")?.createRequire(HERE);
    if (require === undefined) throw new Error("addons are for Node");
    this.#engine = engine;
    this.#addon = require(file) as Addon;
  }

  parse(format: string, source: Uint8Array): NativeProgram {
    return new NativeProgram(told(() => this.#addon.Program.parse(this.#engine, format, source)));
  }
}

/** As a program of a WASM package, with threads of its own. */
export class NativeProgram implements Program {
  readonly #program: AddonProgram;
  /** Threads of the next run. */
  threads = 1;
  #used: { ms: number; pieces: number }[] = [];

  constructor(program: AddonProgram) {
    this.#program = program;
  }

  format(): string {
    return this.#program.format();
  }

  view(): string {
    return this.#program.view();
  }

  notes(): string {
    return this.#program.notes();
  }

  estimate(options: string): string {
    return told(() => this.#program.estimate(options));
  }

  toOpenqasm3(): string {
    return told(() => this.#program.toOpenqasm3());
  }

  toIonqJson(): string {
    return told(() => this.#program.toIonqJson());
  }

  run(options: string, poll: Poll): Uint8Array {
    const { container, threads } = told(() => this.#program.run(options, poll, this.threads));
    this.#used = threads;
    return container;
  }

  /** What each thread of the last run did, which took `engineMs` as a whole; the leader first. */
  use(engineMs: number): ThreadUse[] {
    return this.#used.map(({ ms, pieces }, thread) => ({ busyMs: thread === 0 ? engineMs - ms : ms, pieces }));
  }

  /** Memory goes with the garbage. */
  free(): void {}
}

/** Throws what the engine says, as the WASM packages throw it. */
function told<T>(call: () => T): T {
  try {
    return call();
  } catch (error) {
    throw refusalOf(error);
  }
}

function refusalOf(error: unknown): unknown {
  try {
    return JSON.parse((error as Error).message);
  } catch {
    return error; // A panic, by its own words.
  }
}
