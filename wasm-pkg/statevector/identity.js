export const identity = {
  "engine": {
    "name": "statevector",
    "version": "0.1.0",
    "contentHash": "11907f1f62b8412d81d109365e263233718e1d28530efc6f77646d6d2cac51a9"
  },
  "build": {
    "kind": "wasm-simd128",
    "sha256": "b691f0615bd551ca271a279af4da11fe37ceee8f0424fa27f8e61c946f660634"
  }
};
