export const identity = {
  "engine": {
    "name": "statevector",
    "version": "0.1.0",
    "contentHash": "5136f6ff245a70afb277ce11368607c5567f0356469169a54bdcadf8a9d36c97"
  },
  "build": {
    "kind": "wasm-simd128",
    "sha256": "ecc97379c292232df6bf89eab9e01857bbbb5acca99cf984b51785e77f8abcb1"
  }
};
