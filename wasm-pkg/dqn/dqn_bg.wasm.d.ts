/* tslint:disable */
/* eslint-disable */
export const memory: WebAssembly.Memory;
export const __wbg_training_free: (a: number, b: number) => void;
export const start: () => void;
export const training_advance: (a: number, b: number) => number;
export const training_begin: (a: number, b: number, c: number, d: number) => [number, number, number];
export const training_checkpoint: (a: number) => [number, number, number, number];
export const training_episodes: (a: number, b: number) => [number, number];
export const training_evaluate: (a: number, b: number, c: bigint) => number;
export const training_network: (a: number) => [number, number];
export const training_resume: (a: number, b: number) => [number, number, number];
export const training_view: (a: number) => [number, number];
export const __wbindgen_exn_store: (a: number) => void;
export const __externref_table_alloc: () => number;
export const __wbindgen_externrefs: WebAssembly.Table;
export const __wbindgen_malloc: (a: number, b: number) => number;
export const __wbindgen_realloc: (a: number, b: number, c: number, d: number) => number;
export const __wbindgen_free: (a: number, b: number, c: number) => void;
export const __externref_table_dealloc: (a: number) => void;
export const __wbindgen_start: () => void;
