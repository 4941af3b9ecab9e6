export const identity = {
  "engine": {
    "name": "mldsa",
    "version": "0.1.0",
    "contentHash": "de866935f97d58c9481c751d75a4d678eca417c9caec0fa7cb290a1b129bef83"
  },
  "build": {
    "kind": "wasm-simd128",
    "sha256": "82c0f6cac720ff2a0abd9a4b9d50b2e319ca06dcfb21309d50f0afef088ea599"
  }
};
