export const identity = {
  "engine": {
    "name": "qnet",
    "version": "0.1.0",
    "contentHash": "c0d8622ab03900ba025846ba712ab92a2cb7636078cf1efbb8bef3baa77a251d"
  },
  "build": {
    "kind": "wasm-simd128",
    "sha256": "288241244bcd9c6e79a4afb27ea87978fe451f2715164578a27e9b1e5e4a5d7d"
  }
};
