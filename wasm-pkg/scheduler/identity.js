export const identity = {
  "engine": {
    "name": "scheduler",
    "version": "0.1.0",
    "contentHash": "db5bf114b53b57e01dc473a25e9522dd675b6456ffa51cf6cf3ae8dff577b62a"
  },
  "build": {
    "kind": "wasm-simd128",
    "sha256": "90be9b81ec65f790af79e7199b9b33c5e6d03710c35f519fedb759bd507f8352"
  }
};
