export const identity = {
  "engine": {
    "name": "annealer",
    "version": "0.1.0",
    "contentHash": "a763c6e8684a082d9e75b43d3687a880c4abe49ed4767670518ede2d8681a83f"
  },
  "build": {
    "kind": "wasm-simd128-threads",
    "sha256": "f7c965d54756db754adb67379cf21865f397011b1fdf601c52dbe44c99f8ff95"
  }
};
