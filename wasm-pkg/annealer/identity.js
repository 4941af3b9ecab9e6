export const identity = {
  "engine": {
    "name": "annealer",
    "version": "0.1.0",
    "contentHash": "09589026e6ef06aa00a83eee6dbee87bdcde98bf0a2f7e83ad302fc68490d7f8"
  },
  "build": {
    "kind": "wasm-simd128",
    "sha256": "fbece3baa018ca3cd4bc7662d2244fb77be8721b7b337749b5555a957c386c40"
  }
};
