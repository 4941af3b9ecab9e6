export const identity = {
  "engine": {
    "name": "qnet",
    "version": "0.1.0",
    "contentHash": "4c4524edfae7e9acdf556b17269faedc049f5e25dc8915f53016d14617c2d745"
  },
  "build": {
    "kind": "wasm-simd128",
    "sha256": "bda12d492f1606d0aa92b04b212618e1540192f420bff1c841cb84547e0f7961"
  }
};
