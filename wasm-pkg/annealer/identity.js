export const identity = {
  "engine": {
    "name": "annealer",
    "version": "0.1.0",
    "contentHash": "a763c6e8684a082d9e75b43d3687a880c4abe49ed4767670518ede2d8681a83f"
  },
  "build": {
    "kind": "wasm-simd128",
    "sha256": "570cfccf72dd582d5c9434ee1745a755bce70ca5a9f8f946f372e939d2844c86"
  }
};
