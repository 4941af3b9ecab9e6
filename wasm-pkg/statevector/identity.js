export const identity = {
  "engine": {
    "name": "statevector",
    "version": "0.1.0",
    "contentHash": "304be9d3cea55c75b1f3e01d563c9e97f216f401de6aa015b6a28c0e3db3ea77"
  },
  "build": {
    "kind": "wasm-simd128",
    "sha256": "26c88c2f47bd2dec5423ce66d0d67fd6643bcf4e125123efd21f42b75097650f"
  }
};
