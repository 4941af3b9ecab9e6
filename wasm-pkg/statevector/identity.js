export const identity = {
  "engine": {
    "name": "statevector",
    "version": "0.1.0",
    "contentHash": "4d3edf325e4d63f08dc0d6c486d4aef901684e22e110aadcc2922ba2c300ff74"
  },
  "build": {
    "kind": "wasm-simd128",
    "sha256": "dfe3eb2b9a41328b77bc9843da1a5816e4d08502f54fd8d2dfbdb947d9b0e24d"
  }
};
