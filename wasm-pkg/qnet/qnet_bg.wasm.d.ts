/* tslint:disable */
/* eslint-disable */
export const memory: WebAssembly.Memory;
export const __wbg_networkevaluator_free: (a: number, b: number) => void;
export const __wbg_program_free: (a: number, b: number) => void;
export const networkevaluator_evaluate: (a: number, b: number) => [number, number, number];
export const networkevaluator_statesOffset: (a: number) => number;
export const program_estimate: (a: number, b: number, c: number) => [number, number, number, number];
export const program_evaluator: (a: number, b: number) => [number, number, number];
export const program_format: (a: number) => [number, number];
export const program_parse: (a: number, b: number, c: number, d: number) => [number, number, number];
export const program_run: (a: number, b: number, c: number, d: any) => [number, number, number, number];
export const program_view: (a: number) => [number, number];
export const start: () => void;
export const __wbindgen_exn_store: (a: number) => void;
export const __externref_table_alloc: () => number;
export const __wbindgen_externrefs: WebAssembly.Table;
export const __externref_table_dealloc: (a: number) => void;
export const __wbindgen_malloc: (a: number, b: number) => number;
export const __wbindgen_realloc: (a: number, b: number, c: number, d: number) => number;
export const __wbindgen_free: (a: number, b: number, c: number) => void;
export const __wbindgen_start: () => void;
