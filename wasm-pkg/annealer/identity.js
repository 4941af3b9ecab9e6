export const identity = {
  "engine": {
    "name": "annealer",
    "version": "0.1.0",
    "contentHash": "f83490d5b9163f900663feeea484fd89299c4f43e832b821f5c5c799f614ab68"
  },
  "build": {
    "kind": "wasm-simd128",
    "sha256": "3cc99deacf4a56cee4ad765aba2bb0597bda0a5dea1b57a189166f6e4217a5cc"
  }
};
