export const identity = {
  "engine": {
    "name": "statevector",
    "version": "0.1.0",
    "contentHash": "4d3edf325e4d63f08dc0d6c486d4aef901684e22e110aadcc2922ba2c300ff74"
  },
  "build": {
    "kind": "wasm-simd128-threads",
    "sha256": "4dbc52a1a5eec3e88fcc8eabad634e2c491b90894a3676f63b3da6c04670c1cb"
  }
};
