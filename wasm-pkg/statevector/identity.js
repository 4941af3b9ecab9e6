export const identity = {
  "engine": {
    "name": "statevector",
    "version": "0.1.0",
    "contentHash": "608036622d00c7b3360d903ff0afdc1ffcea0642e45cfdd23c95937516e510d3"
  },
  "build": {
    "kind": "wasm-simd128",
    "sha256": "3cfc096fb3e3e95212dbd6f26fc8e3f9c10151e59975629958c277bb6305eb2e"
  }
};
