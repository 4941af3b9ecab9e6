export const identity = {
  "engine": {
    "name": "statevector",
    "version": "0.1.0",
    "contentHash": "60fbe75ed6583b81f5b08ab169714509b2214b46ace6e9ccb0158519a71640c7"
  },
  "build": {
    "kind": "wasm-simd128-threads",
    "sha256": "72d25de2e2b7c8c5901410dddae63c7271bbbd1ce0804ae002194dffff8fcad8"
  }
};
