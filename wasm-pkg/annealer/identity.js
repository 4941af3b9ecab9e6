export const identity = {
  "engine": {
    "name": "annealer",
    "version": "0.1.0",
    "contentHash": "d2a69141037f29ba7a25c671c5ad7f607632f6ef46fe850a0f6e3db124a6a838"
  },
  "build": {
    "kind": "wasm-simd128",
    "sha256": "65634ffa8770a7f0c05975e3137a59d39ca990bed051caa4857c93dd0ec124cb"
  }
};
