export const identity = {
  "engine": {
    "name": "statevector",
    "version": "0.1.0",
    "contentHash": "8adb62cbe1b33da11566ac211fe2d51729f5d18c090f22093a2883ed84864c1d"
  },
  "build": {
    "kind": "wasm-simd128",
    "sha256": "5767fe2e800acb67590280afd902009cc4dacb4c4dda7c77fb87487867524260"
  }
};
