export const identity = {
  "engine": {
    "name": "annealer",
    "version": "0.1.0",
    "contentHash": "3bb266c57526e441c4864fd5dfac90d0080fb1c5c67935c7a9fcea185e3afa82"
  },
  "build": {
    "kind": "wasm-simd128",
    "sha256": "35cc5ea1f0ab259f4bc8e64693f597db16be4f97e12c442684284f7ce6735f93"
  }
};
