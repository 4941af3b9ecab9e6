export const identity = {
  "engine": {
    "name": "statevector",
    "version": "0.1.0",
    "contentHash": "ae3f53622120788b804b248aa71721723170a582a0a4e80a0c1b9bd20aa466b3"
  },
  "build": {
    "kind": "wasm-simd128",
    "sha256": "ea33a7c05cd337754ce08980e51b8f4ad70ccddf3f83f0b66086dd77bda80ece"
  }
};
