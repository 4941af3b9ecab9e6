export const identity = {
  "engine": {
    "name": "scheduler",
    "version": "0.1.0",
    "contentHash": "6aca59988e63d326125dbbbf1ee91b7d0e5b687da8512909c9efaa6f3b8b44a5"
  },
  "build": {
    "kind": "wasm-simd128",
    "sha256": "90be9b81ec65f790af79e7199b9b33c5e6d03710c35f519fedb759bd507f8352"
  }
};
