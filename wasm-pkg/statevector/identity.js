export const identity = {
  "engine": {
    "name": "statevector",
    "version": "0.1.0",
    "contentHash": "09bee6ba7a09a57efd99ac9f39cc06850d790d1d2dab44f6952f789f676d1b81"
  },
  "build": {
    "kind": "wasm-simd128",
    "sha256": "34a245ec0d666b7baa6d3b4894389c46ad81de05cad89310b660b3027e9ac0e9"
  }
};
