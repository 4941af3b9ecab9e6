export const identity = {
  "engine": {
    "name": "statevector",
    "version": "0.1.0",
    "contentHash": "5f9ace9129a48b89c532a763f7b9f88c3f609afc1b36129312d5dc87f80f17d7"
  },
  "build": {
    "kind": "wasm-simd128-threads",
    "sha256": "43cb78a0e9114853622a73196c5c2e3eb0238c210c8fcf833295e7f53accc5ab"
  }
};
