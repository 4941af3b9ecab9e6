export const identity = {
  "engine": {
    "name": "scheduler",
    "version": "0.1.0",
    "contentHash": "ab99daab5797f4c2e5c53dc75b52fb29ac5a0c7905b3be3671edbfb7e71c4415"
  },
  "build": {
    "kind": "wasm-simd128",
    "sha256": "0af6296178181f6e46dce0bed667722960ae227da163f45d52a00c37d25187ad"
  }
};
