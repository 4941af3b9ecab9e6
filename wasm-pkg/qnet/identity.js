export const identity = {
  "engine": {
    "name": "qnet",
    "version": "0.1.0",
    "contentHash": "e717e34149e7179e503504f0650c60be20e365e196c76c921f2cb607d37b281d"
  },
  "build": {
    "kind": "wasm-simd128",
    "sha256": "44f0e3a1392d53b9685664ad5ceeebade2364d0977980342fc68dd94765cdda9"
  }
};
