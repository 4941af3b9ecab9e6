export const identity = {
  "engine": {
    "name": "statevector",
    "version": "0.1.0",
    "contentHash": "4495c852f6eac46e02e40801d59115a4f1737f15b5f224bdc262f6d152578bae"
  },
  "build": {
    "kind": "wasm-simd128-threads",
    "sha256": "c9e733985a4860524ffc2e7349ec0762151d6f5ff787aba19eb4fa08aa6534c3"
  }
};
