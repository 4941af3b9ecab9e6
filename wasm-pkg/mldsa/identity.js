export const identity = {
  "engine": {
    "name": "mldsa",
    "version": "0.1.0",
    "contentHash": "de866935f97d58c9481c751d75a4d678eca417c9caec0fa7cb290a1b129bef83"
  },
  "build": {
    "kind": "wasm-simd128",
    "sha256": "33faad21aea9769a0a2e5a3f9f0ef4c272d44e50ac5ac78d6bd661c6de4aaf4a"
  }
};
