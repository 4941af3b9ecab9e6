export const identity = {
  "engine": {
    "name": "statevector",
    "version": "0.1.0",
    "contentHash": "35131ad52c8d38446d501479900a6402a780ad88e1cba9bccd5e3652be256b52"
  },
  "build": {
    "kind": "wasm-simd128",
    "sha256": "f2a05bbb140e4294976c846d3d2c9af70cf26415b19d12661dc423997d2ebe49"
  }
};
