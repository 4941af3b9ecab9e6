export const identity = {
  "engine": {
    "name": "statevector",
    "version": "0.1.0",
    "contentHash": "8e1322502c02f8dffdf4c88a874f68ce7407ff528fda374916e81844499c4572"
  },
  "build": {
    "kind": "wasm-simd128-threads",
    "sha256": "01ac8ef6259e124b62018936c1de9586b45ab3efe246432747d03a39d893ade0"
  }
};
