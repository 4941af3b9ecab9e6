export const identity = {
  "engine": {
    "name": "annealer",
    "version": "0.1.0",
    "contentHash": "d2a69141037f29ba7a25c671c5ad7f607632f6ef46fe850a0f6e3db124a6a838"
  },
  "build": {
    "kind": "wasm-simd128-threads",
    "sha256": "854e2d40b5ff15d468f988639a509ed3e908dd3cf2879719d5ad1e5b3f664e79"
  }
};
