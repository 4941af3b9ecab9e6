export const identity = {
  "engine": {
    "name": "statevector",
    "version": "0.1.0",
    "contentHash": "2325f6961ed09c966a135223b71ed77cf3f1b91b348f0a2021b1255efc84357f"
  },
  "build": {
    "kind": "wasm-simd128",
    "sha256": "e4f2d14dbd861857f7f1cf5e6a2c4e5cf4022e8b969f235609c1a3abbd2401fd"
  }
};
