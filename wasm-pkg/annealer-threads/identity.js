export const identity = {
  "engine": {
    "name": "annealer",
    "version": "0.1.0",
    "contentHash": "3bb266c57526e441c4864fd5dfac90d0080fb1c5c67935c7a9fcea185e3afa82"
  },
  "build": {
    "kind": "wasm-simd128-threads",
    "sha256": "b92b586e46395cc62262b2b297cd726443b83ccdea460b1a4a383b7b9f99e463"
  }
};
