export const identity = {
  "engine": {
    "name": "annealer",
    "version": "0.1.0",
    "contentHash": "0916eb266783b017531d4471dfe302d13b58b23e1eaa53c923aefcc0de93db95"
  },
  "build": {
    "kind": "wasm-simd128-threads",
    "sha256": "99427e09e6aff243c03e034840b1906e799ba4b553ad84fab9b90981166ca691"
  }
};
