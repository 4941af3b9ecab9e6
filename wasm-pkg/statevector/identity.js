export const identity = {
  "engine": {
    "name": "statevector",
    "version": "0.1.0",
    "contentHash": "5f9ace9129a48b89c532a763f7b9f88c3f609afc1b36129312d5dc87f80f17d7"
  },
  "build": {
    "kind": "wasm-simd128",
    "sha256": "b1ad21c84b75c027e59c71ae1c09baa10a01ef4adb292dfe2c9ed4a6d3a85a18"
  }
};
