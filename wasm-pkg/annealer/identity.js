export const identity = {
  "engine": {
    "name": "annealer",
    "version": "0.1.0",
    "contentHash": "0916eb266783b017531d4471dfe302d13b58b23e1eaa53c923aefcc0de93db95"
  },
  "build": {
    "kind": "wasm-simd128",
    "sha256": "ed481d16e2f5524409bcff985bba3033ac7baca2e6b3a6d78908b9ce99f70b26"
  }
};
