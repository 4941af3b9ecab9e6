export const identity = {
  "engine": {
    "name": "statevector",
    "version": "0.1.0",
    "contentHash": "c3b703e477c66e85fa674a0ab5e0c4320ac3f125514106101cb835ce29c4b3c0"
  },
  "build": {
    "kind": "wasm-simd128-threads",
    "sha256": "acdacbd412daac1cd07a49aa7c72330870a0bb9f5764a5cff7fa3b26f8fc3f9c"
  }
};
