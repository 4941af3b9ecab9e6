export const identity = {
  "engine": {
    "name": "statevector",
    "version": "0.1.0",
    "contentHash": "2ea9fbc81b8f1fb83077d7b5570dd3f46bc92234b5e1d41ae80cfa1317c0d047"
  },
  "build": {
    "kind": "wasm-simd128",
    "sha256": "9a484da2c54155b9126f7a09e4a5a066b025d0b4aad9b5d9a798a7c82d856621"
  }
};
