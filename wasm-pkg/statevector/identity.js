export const identity = {
  "engine": {
    "name": "statevector",
    "version": "0.1.0",
    "contentHash": "8e1322502c02f8dffdf4c88a874f68ce7407ff528fda374916e81844499c4572"
  },
  "build": {
    "kind": "wasm-simd128",
    "sha256": "d3670f429ee222b4a402fd89fa441b4bcc9bb3ba9945e61667b7a2273bdb7339"
  }
};
