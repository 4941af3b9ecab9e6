export const identity = {
  "engine": {
    "name": "qnet",
    "version": "0.1.0",
    "contentHash": "24f12bad3cda03d79d6bd0dcb5082f5ec1e9d7fe39b8e28d67bbf1ba6ae2a3ea"
  },
  "build": {
    "kind": "wasm-simd128",
    "sha256": "6e078f4131b9aaec6b0ab66b9777e4a2caa3b8821f5218f41278064c209bf0fb"
  }
};
