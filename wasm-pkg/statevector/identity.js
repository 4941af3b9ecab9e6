export const identity = {
  "engine": {
    "name": "statevector",
    "version": "0.1.0",
    "contentHash": "eb7d01e8dd87ff4b541ecb6cdcfb8f6e67054fc3440d3a38501c2882570d0178"
  },
  "build": {
    "kind": "wasm-simd128",
    "sha256": "93a1fd149133ed494aef719bd09b314ac56a592c0d071ddf757a24222219ccbe"
  }
};
