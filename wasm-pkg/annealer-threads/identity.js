export const identity = {
  "engine": {
    "name": "annealer",
    "version": "0.1.0",
    "contentHash": "b4e342d698c495d77bd3520d8995f4a7fd2b985fe8cdebc0f4eea62766dce866"
  },
  "build": {
    "kind": "wasm-simd128-threads",
    "sha256": "2444506857f26700f1b5c664438e8713dfb192be4cea045157c1b2c1224df844"
  }
};
