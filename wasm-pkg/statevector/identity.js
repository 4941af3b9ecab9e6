export const identity = {
  "engine": {
    "name": "statevector",
    "version": "0.1.0",
    "contentHash": "97ed5163372818e0e63a9801ec9db1454988c7532808c6acb6a959951c83feae"
  },
  "build": {
    "kind": "wasm-simd128",
    "sha256": "f704888e2187de8499af1910e6dd92dd4a6c7e13e6a141468822c39d0bf6750f"
  }
};
