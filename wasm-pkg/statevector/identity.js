export const identity = {
  "engine": {
    "name": "statevector",
    "version": "0.1.0",
    "contentHash": "dc3083701581a8772ff166c2f9b10357130a434bb7d61aa8401040bfc2cb00f1"
  },
  "build": {
    "kind": "wasm-simd128",
    "sha256": "f140239cc123b06501f30ca404a2476a38a01fc723df7a1a8e52e49b12050deb"
  }
};
