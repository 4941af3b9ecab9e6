export const identity = {
  "engine": {
    "name": "statevector",
    "version": "0.1.0",
    "contentHash": "5db08f1d6f7b30a25e2397db92da73ab9b1e9423bfddc41db47c2697ce7362f9"
  },
  "build": {
    "kind": "wasm-simd128",
    "sha256": "898cb7700024e9a8bb2c2df9924fd54924c81f559ccb14456fdfd64209bd13a5"
  }
};
