export const identity = {
  "engine": {
    "name": "scheduler",
    "version": "0.1.0",
    "contentHash": "aaccdd5da826116b906cb3388f64b944c337ebcfb9c033737451c270884ffce5"
  },
  "build": {
    "kind": "wasm-simd128",
    "sha256": "efd4320409fe178cdf64450e41cb24dd08f47fa863c3474da247fb6ac139ce83"
  }
};
