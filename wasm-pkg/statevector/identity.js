export const identity = {
  "engine": {
    "name": "statevector",
    "version": "0.1.0",
    "contentHash": "5019c26f2fef23f07bbfcbf719168108438784e5e72bb3ef401eacf459936121"
  },
  "build": {
    "kind": "wasm-simd128",
    "sha256": "dfe3eb2b9a41328b77bc9843da1a5816e4d08502f54fd8d2dfbdb947d9b0e24d"
  }
};
