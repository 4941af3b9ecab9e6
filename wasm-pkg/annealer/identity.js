export const identity = {
  "engine": {
    "name": "annealer",
    "version": "0.1.0",
    "contentHash": "b4e342d698c495d77bd3520d8995f4a7fd2b985fe8cdebc0f4eea62766dce866"
  },
  "build": {
    "kind": "wasm-simd128",
    "sha256": "24481b6ed0dc788240caa91b32f7fad8f2a19c41e0e381e429103b6044475970"
  }
};
