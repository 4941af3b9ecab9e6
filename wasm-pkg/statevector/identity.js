export const identity = {
  "engine": {
    "name": "statevector",
    "version": "0.1.0",
    "contentHash": "a0dd91329690405755e01baf85282bbeeddb102facb32befb2cac1062816043e"
  },
  "build": {
    "kind": "wasm-simd128",
    "sha256": "681d91b2eb16a21db1d15e8a2bef5512d13aa6d6bc4207a8679f16ad696b5a4a"
  }
};
