export const identity = {
  "engine": {
    "name": "annealer",
    "version": "0.1.0",
    "contentHash": "09589026e6ef06aa00a83eee6dbee87bdcde98bf0a2f7e83ad302fc68490d7f8"
  },
  "build": {
    "kind": "wasm-simd128",
    "sha256": "b2ad96904c24095d4b041fc913372c9eef92e97aef39576fd487bbfe7353a788"
  }
};
