export const identity = {
  "engine": {
    "name": "statevector",
    "version": "0.1.0",
    "contentHash": "22b3231430a0cb54596c0f51db4ff22bbb01a1d013894f2374e8c7726988c99d"
  },
  "build": {
    "kind": "wasm-simd128-threads",
    "sha256": "acdacbd412daac1cd07a49aa7c72330870a0bb9f5764a5cff7fa3b26f8fc3f9c"
  }
};
