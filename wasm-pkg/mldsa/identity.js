export const identity = {
  "engine": {
    "name": "mldsa",
    "version": "0.1.0",
    "contentHash": "de866935f97d58c9481c751d75a4d678eca417c9caec0fa7cb290a1b129bef83"
  },
  "build": {
    "kind": "wasm-simd128",
    "sha256": "2966e8db27957f6adb46b4357658fdbdbc39952e43e8f277927c416e9edbad06"
  }
};
