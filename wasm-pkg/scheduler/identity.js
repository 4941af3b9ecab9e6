export const identity = {
  "engine": {
    "name": "scheduler",
    "version": "0.1.0",
    "contentHash": "07ead61ea1fe74b15baa314c09374f61e9c7c384a2d0b864977ad01adb4be81e"
  },
  "build": {
    "kind": "wasm-simd128",
    "sha256": "a1d5a3deab1bd0b6846db60b6c3ec9c6cce865d8feca75eec221471757f1a4f1"
  }
};
