export const identity = {
  "engine": {
    "name": "statevector",
    "version": "0.1.0",
    "contentHash": "09bee6ba7a09a57efd99ac9f39cc06850d790d1d2dab44f6952f789f676d1b81"
  },
  "build": {
    "kind": "wasm-simd128-threads",
    "sha256": "87fdef51e8e78287254f680363a5d5ddea0b191d8b4259dd31b1e7548e6a771e"
  }
};
