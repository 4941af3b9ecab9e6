export const identity = {
  "engine": {
    "name": "statevector",
    "version": "0.1.0",
    "contentHash": "1fa656f51d6732f2367530b05ef4e6e3ff8d8ca12f20cbf18c50b99f4ed8c767"
  },
  "build": {
    "kind": "wasm-simd128-threads",
    "sha256": "947e20c11449751ae3a93d8b9546fcf3fcfb8b57acedc919abb50b4d46c0fca3"
  }
};
