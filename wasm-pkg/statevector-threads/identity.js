export const identity = {
  "engine": {
    "name": "statevector",
    "version": "0.1.0",
    "contentHash": "11907f1f62b8412d81d109365e263233718e1d28530efc6f77646d6d2cac51a9"
  },
  "build": {
    "kind": "wasm-simd128-threads",
    "sha256": "86d5c683f0935d84db19f206633ff3344a078ab9460f17b9213d3b1d46200fe1"
  }
};
