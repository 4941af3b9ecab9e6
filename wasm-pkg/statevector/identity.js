export const identity = {
  "engine": {
    "name": "statevector",
    "version": "0.1.0",
    "contentHash": "be333ff2476c77966c4ee9a602036a1204ba6b0af2da56763cbb88c2b0b03dc8"
  },
  "build": {
    "kind": "wasm-simd128",
    "sha256": "11316c15fa62b42d9af54172ebcbe463f7dbab3a8dbdd3f5a8a4ae98a330ab9f"
  }
};
