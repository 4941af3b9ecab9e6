export const identity = {
  "engine": {
    "name": "statevector",
    "version": "0.1.0",
    "contentHash": "1ef54a1dcac3035e9d28372e9c26fab6d5db8ae760207b7d20a1994ad66b4af1"
  },
  "build": {
    "kind": "wasm-simd128",
    "sha256": "fb089cf6f70c72bb85ba0b40d317c9edf3ad47cf37cddd9c2b12e1fbd12e9e95"
  }
};
