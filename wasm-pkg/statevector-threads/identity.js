export const identity = {
  "engine": {
    "name": "statevector",
    "version": "0.1.0",
    "contentHash": "be333ff2476c77966c4ee9a602036a1204ba6b0af2da56763cbb88c2b0b03dc8"
  },
  "build": {
    "kind": "wasm-simd128-threads",
    "sha256": "fc60aaf8cdee2e64815e869083571e760cd7731c1de15bd41af590cf2d1b9280"
  }
};
