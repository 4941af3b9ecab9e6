export const identity = {
  "engine": {
    "name": "qnet",
    "version": "0.1.0",
    "contentHash": "27c341b88c50cc06badd75bc042a5d8be227bf6256620899e379d7025a7801e3"
  },
  "build": {
    "kind": "wasm-simd128",
    "sha256": "6e078f4131b9aaec6b0ab66b9777e4a2caa3b8821f5218f41278064c209bf0fb"
  }
};
