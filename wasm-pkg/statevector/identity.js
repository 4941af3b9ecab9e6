export const identity = {
  "engine": {
    "name": "statevector",
    "version": "0.1.0",
    "contentHash": "1fa656f51d6732f2367530b05ef4e6e3ff8d8ca12f20cbf18c50b99f4ed8c767"
  },
  "build": {
    "kind": "wasm-simd128",
    "sha256": "99131ad39c715bee31eda8c0982db505490510bc0f1792c3f7a2f14f1c1b037d"
  }
};
