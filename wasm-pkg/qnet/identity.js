export const identity = {
  "engine": {
    "name": "qnet",
    "version": "0.1.0",
    "contentHash": "f288a37cd75dfed28dafb3be2f4bd39d1442bf5de9d49b664faee1389e33de6c"
  },
  "build": {
    "kind": "wasm-simd128",
    "sha256": "d05d4c8335638fa79201f6b5731579e545042541e0e5b9b99d000c883f028de6"
  }
};
