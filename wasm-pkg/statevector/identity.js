export const identity = {
  "engine": {
    "name": "statevector",
    "version": "0.1.0",
    "contentHash": "608036622d00c7b3360d903ff0afdc1ffcea0642e45cfdd23c95937516e510d3"
  },
  "build": {
    "kind": "wasm-simd128",
    "sha256": "43e2f67602e1422a1eaf207cd028a8fe9651d8961f5dd5182abfffb18f7c1bf3"
  }
};
