export const identity = {
  "engine": {
    "name": "statevector",
    "version": "0.1.0",
    "contentHash": "60fbe75ed6583b81f5b08ab169714509b2214b46ace6e9ccb0158519a71640c7"
  },
  "build": {
    "kind": "wasm-simd128",
    "sha256": "f3c314d52823d17bbf4dd602768b066e10745a0c127f339646176608bb935830"
  }
};
