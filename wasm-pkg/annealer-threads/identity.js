export const identity = {
  "engine": {
    "name": "annealer",
    "version": "0.1.0",
    "contentHash": "1d7fba5f5c3463734b9d97513bd55d75cfeb25d237997d8a6cd37463bc0e1cdd"
  },
  "build": {
    "kind": "wasm-simd128-threads",
    "sha256": "b92b586e46395cc62262b2b297cd726443b83ccdea460b1a4a383b7b9f99e463"
  }
};
