export const identity = {
  "engine": {
    "name": "annealer",
    "version": "0.1.0",
    "contentHash": "f83490d5b9163f900663feeea484fd89299c4f43e832b821f5c5c799f614ab68"
  },
  "build": {
    "kind": "wasm-simd128-threads",
    "sha256": "db6374944b9ac86a3e104b94baaffdb8393f9da1774e7abe8d0b5879664dc07a"
  }
};
