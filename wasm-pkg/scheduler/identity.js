export const identity = {
  "engine": {
    "name": "scheduler",
    "version": "0.1.0",
    "contentHash": "f0f5a3e83e11f0f0853d861be487eea2068d6bf6f28d17998ec43719f2a4419b"
  },
  "build": {
    "kind": "wasm-simd128",
    "sha256": "5367a894b0ad2cc23a8ddd6fd7e45cc0a030d8eae2c22e352b7243923d738c36"
  }
};
