/* tslint:disable */
/* eslint-disable */

/**
 * A network that is asked again and again: states are written into the memory of the module, outputs read from it.
 */
export class NetworkEvaluator {
    private constructor();
    free(): void;
    [Symbol.dispose](): void;
    /**
     * Evaluates the first `count` states; gives the byte offset of their outputs in the memory, f32 one after the other.
     */
    evaluate(count: number): number;
    /**
     * Byte offset of the states in the memory, f32 one after the other.
     */
    statesOffset(): number;
}

/**
 * A network that was read, perhaps with its states.
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
     * The network with memory for batches of at most `maxStates`, for a caller that waits for its answers.
     */
    evaluator(maxStates: number): NetworkEvaluator;
    /**
     * What the source was read as.
     */
    format(): string;
    /**
     * Reads the bytes of a network; `format` is `net-json`, `onnx` or `auto`.
     */
    static parse(format: string, source: Uint8Array | number[]): Program;
    /**
     * The result container. `poll(done, total)` is called every few milliseconds and returns 0 to go on, 1 to cancel.
     */
    run(options: string, poll: Function): Uint8Array;
    /**
     * JSON `{inputs, actions, parameters, states}`; `states` is the number of those in the file.
     */
    view(): string;
}

/**
 * Before everything else.
 */
export function start(): void;

export type InitInput = RequestInfo | URL | Response | BufferSource | WebAssembly.Module;

export interface InitOutput {
    readonly memory: WebAssembly.Memory;
    readonly __wbg_networkevaluator_free: (a: number, b: number) => void;
    readonly __wbg_program_free: (a: number, b: number) => void;
    readonly networkevaluator_evaluate: (a: number, b: number) => [number, number, number];
    readonly networkevaluator_statesOffset: (a: number) => number;
    readonly program_estimate: (a: number, b: number, c: number) => [number, number, number, number];
    readonly program_evaluator: (a: number, b: number) => [number, number, number];
    readonly program_format: (a: number) => [number, number];
    readonly program_parse: (a: number, b: number, c: number, d: number) => [number, number, number];
    readonly program_run: (a: number, b: number, c: number, d: any) => [number, number, number, number];
    readonly program_view: (a: number) => [number, number];
    readonly start: () => void;
    readonly __wbindgen_exn_store: (a: number) => void;
    readonly __externref_table_alloc: () => number;
    readonly __wbindgen_externrefs: WebAssembly.Table;
    readonly __externref_table_dealloc: (a: number) => void;
    readonly __wbindgen_malloc: (a: number, b: number) => number;
    readonly __wbindgen_realloc: (a: number, b: number, c: number, d: number) => number;
    readonly __wbindgen_free: (a: number, b: number, c: number) => void;
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
