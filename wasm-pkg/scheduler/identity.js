export const identity = {
  "engine": {
    "name": "scheduler",
    "version": "0.1.0",
    "contentHash": "b86261d480f1b966899faf52a381e1141d9da13c89344ef3fb77a9c99130228c"
  },
  "build": {
    "kind": "wasm-simd128",
    "sha256": "7e4a80e21273583b940a9d8e9375760e85aa209bca8a77ec6873b955f33996e0"
  }
};
