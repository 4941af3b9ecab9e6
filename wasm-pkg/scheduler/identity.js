export const identity = {
  "engine": {
    "name": "scheduler",
    "version": "0.1.0",
    "contentHash": "7eece0e92cd87e0fe9bce66dc0050781d93154f4e03ec1295f8dab7c46ca1c1c"
  },
  "build": {
    "kind": "wasm-simd128",
    "sha256": "704acaa047ee5a879af593e0fb075d95e298e6ab5612beb4f455ea30fb97d96c"
  }
};
