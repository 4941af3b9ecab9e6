/* tslint:disable */
/* eslint-disable */

/**
 * A training, which its caller advances.
 */
export class Training {
    private constructor();
    free(): void;
    [Symbol.dispose](): void;
    /**
     * Goes on for at most `steps` steps; gives how many it did, 0 when the training is over.
     */
    advance(steps: number): number;
    /**
     * Ready for the first step; both are JSON.
     */
    static begin(environment: string, options: string): Training;
    /**
     * Everything that the training goes on from.
     */
    checkpoint(): Uint8Array;
    /**
     * JSON of the episodes from number `first` on: `[{step, length, total}, …]`.
     */
    episodes(first: number): string;
    /**
     * Mean return of so many episodes of that network, without exploration.
     */
    evaluate(episodes: number, seed: bigint): number;
    /**
     * The best network by evaluation, or without one the network as it is, as a `.net.json` document.
     */
    network(): string;
    /**
     * Goes on from a checkpoint to the same bits.
     */
    static resume(checkpoint: Uint8Array | number[]): Training;
    /**
     * JSON `{steps, totalSteps, updates, isOver, convergedAt?, best?: {step, mean}}`.
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
    readonly __wbg_training_free: (a: number, b: number) => void;
    readonly start: () => void;
    readonly training_advance: (a: number, b: number) => number;
    readonly training_begin: (a: number, b: number, c: number, d: number) => [number, number, number];
    readonly training_checkpoint: (a: number) => [number, number, number, number];
    readonly training_episodes: (a: number, b: number) => [number, number];
    readonly training_evaluate: (a: number, b: number, c: bigint) => number;
    readonly training_network: (a: number) => [number, number];
    readonly training_resume: (a: number, b: number) => [number, number, number];
    readonly training_view: (a: number) => [number, number];
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
