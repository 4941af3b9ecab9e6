export const identity = {
  "engine": {
    "name": "scheduler",
    "version": "0.1.0",
    "contentHash": "f1225c643b3bd786e88502e8219d17c82405348b6020bde06e0049841c9fc2c0"
  },
  "build": {
    "kind": "wasm-simd128",
    "sha256": "d7eea9a440fa1174a8d58018143d9069f1ab1e475fa719212836e5f74e583ce5"
  }
};
