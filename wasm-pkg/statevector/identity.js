export const identity = {
  "engine": {
    "name": "statevector",
    "version": "0.1.0",
    "contentHash": "ddca1d6e72bfb888cc99bcdaf7749af7f4c58f0b358838feaf3ba75f7a61d47a"
  },
  "build": {
    "kind": "wasm-simd128",
    "sha256": "5247e04e62cf07a6c106b1ea5bcf9c41661af4f6412d285ee4c6d05cca1b2074"
  }
};
