export const identity = {
  "engine": {
    "name": "annealer",
    "version": "0.1.0",
    "contentHash": "8f2cfe0d6ac121f5c9e139d77d6fc24a672f74a2dfd5c861adbe38abffd9a773"
  },
  "build": {
    "kind": "wasm-simd128",
    "sha256": "436e746bab6adc67df65a6b01e4398bef1a26cf8f5e58f600a0dfa8077ee6e2b"
  }
};
