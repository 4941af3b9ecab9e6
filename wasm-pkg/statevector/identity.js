export const identity = {
  "engine": {
    "name": "statevector",
    "version": "0.1.0",
    "contentHash": "22b3231430a0cb54596c0f51db4ff22bbb01a1d013894f2374e8c7726988c99d"
  },
  "build": {
    "kind": "wasm-simd128",
    "sha256": "adea848a9b95d09875ca4971407bcefade98a5fb7ea1fe16ca7a8f1d9715c025"
  }
};
