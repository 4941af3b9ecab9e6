export const identity = {
  "engine": {
    "name": "statevector",
    "version": "0.1.0",
    "contentHash": "532e51b1c2650f94737382eca1efb7bb8c3e7bb4bde4bd02ff4f102823988cc8"
  },
  "build": {
    "kind": "wasm-simd128",
    "sha256": "951fb7fafa1d0ef102363bc20fc26303bec8091204b49056469baf31a3536694"
  }
};
