export const identity = {
  "engine": {
    "name": "statevector",
    "version": "0.1.0",
    "contentHash": "304be9d3cea55c75b1f3e01d563c9e97f216f401de6aa015b6a28c0e3db3ea77"
  },
  "build": {
    "kind": "wasm-simd128-threads",
    "sha256": "206b94b4f47692f601c4cad07db2c7ec11ccaf55ffa800fc0941599129f1113e"
  }
};
