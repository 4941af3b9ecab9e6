export const identity = {
  "engine": {
    "name": "mldsa",
    "version": "0.1.0",
    "contentHash": "de866935f97d58c9481c751d75a4d678eca417c9caec0fa7cb290a1b129bef83"
  },
  "build": {
    "kind": "wasm-simd128",
    "sha256": "5b07580e4075265b6b85ad191515429d181f3e0f2b06f45305b5e64a525c2d19"
  }
};
