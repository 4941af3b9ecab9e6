export const identity = {
  "engine": {
    "name": "annealer",
    "version": "0.1.0",
    "contentHash": "1d7fba5f5c3463734b9d97513bd55d75cfeb25d237997d8a6cd37463bc0e1cdd"
  },
  "build": {
    "kind": "wasm-simd128",
    "sha256": "35cc5ea1f0ab259f4bc8e64693f597db16be4f97e12c442684284f7ce6735f93"
  }
};
