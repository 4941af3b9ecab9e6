export const identity = {
  "engine": {
    "name": "statevector",
    "version": "0.1.0",
    "contentHash": "c3b703e477c66e85fa674a0ab5e0c4320ac3f125514106101cb835ce29c4b3c0"
  },
  "build": {
    "kind": "wasm-simd128",
    "sha256": "adea848a9b95d09875ca4971407bcefade98a5fb7ea1fe16ca7a8f1d9715c025"
  }
};
