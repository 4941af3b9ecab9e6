export const identity = {
  "engine": {
    "name": "annealer",
    "version": "0.1.0",
    "contentHash": "52a529a41ce58d5b724b4f8ee25407c5b5be31fc28741a5525a8f080f2e59ea8"
  },
  "build": {
    "kind": "wasm-simd128-threads",
    "sha256": "2990d84877c77ba64c743ba8d0b081fb64096281b2d8d74a6c89b7fe9686a76b"
  }
};
