export const identity = {
  "engine": {
    "name": "scheduler",
    "version": "0.1.0",
    "contentHash": "b86261d480f1b966899faf52a381e1141d9da13c89344ef3fb77a9c99130228c"
  },
  "build": {
    "kind": "wasm-simd128",
    "sha256": "b59c092c66b5813bbe91a155a103718e29de9dfd85e6473620b9ebd15a71500a"
  }
};
