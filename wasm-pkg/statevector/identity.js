export const identity = {
  "engine": {
    "name": "statevector",
    "version": "0.1.0",
    "contentHash": "9c66fbcc896e1bd3914c716c45108b6de59d26cac5bb6dcda18ac4f805f29f33"
  },
  "build": {
    "kind": "wasm-simd128",
    "sha256": "f49772eb546c9368fe4d5f5712fdb8b5e3f9d1fe635cdb3cbc33635c8a0c3300"
  }
};
