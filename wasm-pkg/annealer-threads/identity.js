export const identity = {
  "engine": {
    "name": "annealer",
    "version": "0.1.0",
    "contentHash": "eebda737e341bb91d7d8d01d8295e8b6833e1fd44a5e4561d657b3e2b53f8833"
  },
  "build": {
    "kind": "wasm-simd128-threads",
    "sha256": "09196302999c384852fa721981440732e1b7d44394a78146044bea6d23b01632"
  }
};
