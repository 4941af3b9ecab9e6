export const identity = {
  "engine": {
    "name": "statevector",
    "version": "0.1.0",
    "contentHash": "7e82c3ccb66abf3a38daba4ba70a8f33999238810892b710b5b9a06dd6f7215c"
  },
  "build": {
    "kind": "wasm-simd128",
    "sha256": "05e9a759488299852ed0e063e9ad9f955415c2aabbd3c9c31c1c8090dac1c2bf"
  }
};
