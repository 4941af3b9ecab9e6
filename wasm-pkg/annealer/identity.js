export const identity = {
  "engine": {
    "name": "annealer",
    "version": "0.1.0",
    "contentHash": "eebda737e341bb91d7d8d01d8295e8b6833e1fd44a5e4561d657b3e2b53f8833"
  },
  "build": {
    "kind": "wasm-simd128",
    "sha256": "bb1fb4f85e861cdf1903af033c103ae082b8e5123db6e28d969843f3125e26b0"
  }
};
