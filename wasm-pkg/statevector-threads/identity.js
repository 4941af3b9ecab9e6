export const identity = {
  "engine": {
    "name": "statevector",
    "version": "0.1.0",
    "contentHash": "5019c26f2fef23f07bbfcbf719168108438784e5e72bb3ef401eacf459936121"
  },
  "build": {
    "kind": "wasm-simd128-threads",
    "sha256": "4dbc52a1a5eec3e88fcc8eabad634e2c491b90894a3676f63b3da6c04670c1cb"
  }
};
