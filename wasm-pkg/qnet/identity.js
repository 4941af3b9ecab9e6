export const identity = {
  "engine": {
    "name": "qnet",
    "version": "0.1.0",
    "contentHash": "c0d8622ab03900ba025846ba712ab92a2cb7636078cf1efbb8bef3baa77a251d"
  },
  "build": {
    "kind": "wasm-simd128",
    "sha256": "e1ca5de0f420cdaec1fb12b4009cd5e56a02d1c086c1b832b8a896ce7ade2c11"
  }
};
