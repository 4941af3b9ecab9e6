export const identity = {
  "engine": {
    "name": "statevector",
    "version": "0.1.0",
    "contentHash": "c22b14111d390e23079b13c68b6dec7e8b8fffca9d8c4b136ee03d1eaacb486a"
  },
  "build": {
    "kind": "wasm-simd128",
    "sha256": "3598e14eef7b54f36e4e8fe30b3ac9dde0b46443b334d94a43c0947d8a0f945d"
  }
};
