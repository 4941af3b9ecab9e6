export const identity = {
  "engine": {
    "name": "statevector",
    "version": "0.1.0",
    "contentHash": "802da03288e86cc5554ca28d20e722ebdc2a90eba19eb1da86d1c477d7ec24c1"
  },
  "build": {
    "kind": "wasm-simd128",
    "sha256": "43690883e3819949e4d6fa55603c65f35d0532765afa68c94bb951c53fb89b74"
  }
};
