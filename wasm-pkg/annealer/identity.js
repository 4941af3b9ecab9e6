export const identity = {
  "engine": {
    "name": "annealer",
    "version": "0.1.0",
    "contentHash": "52a529a41ce58d5b724b4f8ee25407c5b5be31fc28741a5525a8f080f2e59ea8"
  },
  "build": {
    "kind": "wasm-simd128",
    "sha256": "e574693175613f3ad91751cb581eda99409441409b8f451d8c6b6039b43e3a96"
  }
};
