export const identity = {
  "engine": {
    "name": "statevector",
    "version": "0.1.0",
    "contentHash": "67f7368798aeb0d6b44bdfe5b4f65e6a6054e5ca2cd94a20663f055383d52c38"
  },
  "build": {
    "kind": "wasm-simd128",
    "sha256": "a58c10f5c70577b9827b62c0124220b6254df2be0b8da61572185745cf457695"
  }
};
