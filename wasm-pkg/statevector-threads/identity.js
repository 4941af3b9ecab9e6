export const identity = {
  "engine": {
    "name": "statevector",
    "version": "0.1.0",
    "contentHash": "97ed5163372818e0e63a9801ec9db1454988c7532808c6acb6a959951c83feae"
  },
  "build": {
    "kind": "wasm-simd128-threads",
    "sha256": "65424eb2500df75c9ff2da21cc3846457db599cfb859904c12eb9cf9f83a8437"
  }
};
