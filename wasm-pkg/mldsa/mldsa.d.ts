/* tslint:disable */
/* eslint-disable */

/**
 * A key pair as JavaScript sees it; `free()` wipes the secret half inside the WASM memory.
 */
export class KeyPair {
    private constructor();
    free(): void;
    [Symbol.dispose](): void;
    /**
     * The public key, 1312 bytes (a copy).
     */
    readonly publicKey: Uint8Array;
    /**
     * The secret key, 2560 bytes (a copy, which the caller should fill with zeros after use).
     */
    readonly secretKey: Uint8Array;
}

/**
 * Expands a 32-byte seed into a key pair.
 */
export function keypair(seed: Uint8Array | number[]): KeyPair;

/**
 * Signs a message; `randomness` has 32 bytes, fresh for each signature.
 */
export function sign(secret_key: Uint8Array | number[], message: Uint8Array | number[], context: Uint8Array | number[], randomness: Uint8Array | number[]): Uint8Array;

/**
 * Says whether the signature holds; wrong lengths are `false`.
 */
export function verify(public_key: Uint8Array | number[], message: Uint8Array | number[], context: Uint8Array | number[], signature: Uint8Array | number[]): boolean;

export type InitInput = RequestInfo | URL | Response | BufferSource | WebAssembly.Module;

export interface InitOutput {
    readonly memory: WebAssembly.Memory;
    readonly __wbg_keypair_free: (a: number, b: number) => void;
    readonly keypair: (a: number, b: number) => [number, number, number];
    readonly keypair_publicKey: (a: number) => [number, number];
    readonly keypair_secretKey: (a: number) => [number, number];
    readonly sign: (a: number, b: number, c: number, d: number, e: number, f: number, g: number, h: number) => [number, number, number, number];
    readonly verify: (a: number, b: number, c: number, d: number, e: number, f: number, g: number, h: number) => number;
    readonly __wbindgen_exn_store: (a: number) => void;
    readonly __externref_table_alloc: () => number;
    readonly __wbindgen_externrefs: WebAssembly.Table;
    readonly __wbindgen_malloc: (a: number, b: number) => number;
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
