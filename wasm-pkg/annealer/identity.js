export const identity = {
  "engine": {
    "name": "annealer",
    "version": "0.1.0",
    "contentHash": "c777c9cf7e3c3266538014cc722ba5e31cded4137b211e985abbc839bfc64e12"
  },
  "build": {
    "kind": "wasm-simd128",
    "sha256": "b2ad96904c24095d4b041fc913372c9eef92e97aef39576fd487bbfe7353a788"
  }
};
