/* tslint:disable */
/* eslint-disable */

/**
 * A model that was read.
 */
export class Program {
    private constructor();
    free(): void;
    [Symbol.dispose](): void;
    /**
     * JSON of the engine's `Estimate` for these options.
     */
    estimate(options: string): string;
    /**
     * What the source was read as.
     */
    format(): string;
    /**
     * Reads the bytes of a source; `format` is a name of the crate's table or `auto`.
     */
    static parse(format: string, source: Uint8Array | number[]): Program;
    /**
     * The result container. `poll(done, total, best)` is called every few milliseconds and returns 0 to go on, 1 to cancel, 2 to
     * end with what was found; `best` is `undefined` before the end of the first read.
     */
    run(options: string, poll: Function): Uint8Array;
    /**
     * JSON `{vartype, variables, couplings, offset, problem?}`.
     */
    view(): string;
}

/**
 * Adds the calling worker to the team of this memory, before it calls `help`; 0 when the team is full.
 */
export function enrolHelper(): number;

/**
 * Helps the leader; does not return, so the worker has to be terminated from outside.
 */
export function help(number: number): void;

/**
 * Tells the leader that `help` has thrown.
 */
export function loseHelper(number: number): void;

/**
 * Before everything else.
 */
export function start(): void;

/**
 * What each thread of the last run did: for each, the leader first, milliseconds and pieces. Those of helpers are the
 * time in which they worked, those of the leader the time in which it waited for helpers.
 */
export function threadUse(): Float64Array;

export type InitInput = RequestInfo | URL | Response | BufferSource | WebAssembly.Module;

export interface InitOutput {
    readonly memory: WebAssembly.Memory;
    readonly __wbg_program_free: (a: number, b: number) => void;
    readonly enrolHelper: () => number;
    readonly help: (a: number) => void;
    readonly loseHelper: (a: number) => void;
    readonly program_estimate: (a: number, b: number, c: number) => [number, number, number, number];
    readonly program_format: (a: number) => [number, number];
    readonly program_parse: (a: number, b: number, c: number, d: number) => [number, number, number];
    readonly program_run: (a: number, b: number, c: number, d: any) => [number, number, number, number];
    readonly program_view: (a: number) => [number, number];
    readonly start: () => void;
    readonly threadUse: () => [number, number];
    readonly __wbindgen_exn_store: (a: number) => void;
    readonly __externref_table_alloc: () => number;
    readonly __wbindgen_externrefs: WebAssembly.Table;
    readonly __wbindgen_malloc: (a: number, b: number) => number;
    readonly __wbindgen_realloc: (a: number, b: number, c: number, d: number) => number;
    readonly __wbindgen_free: (a: number, b: number, c: number) => void;
    readonly __externref_table_dealloc: (a: number) => void;
    readonly __wbindgen_start: () => void;
}

export type SyncInitInput = BufferSource | WebAssembly.Module;

/**
 * Instantiates the given `module`, which can either be bytes or
 * a precompiled `WebAssembly.Module`.
 *
 * @param {{ module: SyncInitInput }} module - Passing `SyncInitInput` directly is deprecated.
 *
 * @returns {InitOutput}
 */
export function initSync(module: { module: SyncInitInput } | SyncInitInput): InitOutput;

/**
 * If `module_or_path` is {RequestInfo} or {URL}, makes a request and
 * for everything else, calls `WebAssembly.instantiate` directly.
 *
 * @param {{ module_or_path: InitInput | Promise<InitInput> }} module_or_path - Passing `InitInput` directly is deprecated.
 *
 * @returns {Promise<InitOutput>}
 */
export default function __wbg_init (module_or_path?: { module_or_path: InitInput | Promise<InitInput> } | InitInput | Promise<InitInput>): Promise<InitOutput>;
