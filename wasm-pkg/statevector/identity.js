export const identity = {
  "engine": {
    "name": "statevector",
    "version": "0.1.0",
    "contentHash": "4495c852f6eac46e02e40801d59115a4f1737f15b5f224bdc262f6d152578bae"
  },
  "build": {
    "kind": "wasm-simd128",
    "sha256": "208f2604758193a2cdce2187cbb41d180edaa7dc2d84d1504a705376fd2c22b4"
  }
};
