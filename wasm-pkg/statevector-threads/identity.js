export const identity = {
  "engine": {
    "name": "statevector",
    "version": "0.1.0",
    "contentHash": "802da03288e86cc5554ca28d20e722ebdc2a90eba19eb1da86d1c477d7ec24c1"
  },
  "build": {
    "kind": "wasm-simd128-threads",
    "sha256": "7021f52903acca2593ed5f39f5efac905ee4942f12080a1c75fb84f8aec01d84"
  }
};
