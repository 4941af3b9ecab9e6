export const identity = {
  "engine": {
    "name": "qnet",
    "version": "0.1.0",
    "contentHash": "c740fbabd6f5d31b3d2a06cc25b0b90ad61971ac9a7befdbb046a5bc30b86a36"
  },
  "build": {
    "kind": "wasm-simd128",
    "sha256": "8431197f723bd91136391b9bc662f0ca144205e332ddc9d065a8e6e636893025"
  }
};
