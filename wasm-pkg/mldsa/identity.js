export const identity = {
  "engine": {
    "name": "mldsa",
    "version": "0.1.0",
    "contentHash": "de866935f97d58c9481c751d75a4d678eca417c9caec0fa7cb290a1b129bef83"
  },
  "build": {
    "kind": "wasm-simd128",
    "sha256": "4b24d9afe8eeee6bd176dbd4bd41600ea83839b7beb2765e5caa7145ab6243b4"
  }
};
