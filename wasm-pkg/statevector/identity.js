export const identity = {
  "engine": {
    "name": "statevector",
    "version": "0.1.0",
    "contentHash": "161e503d1dc3a6f6146a50462b64ffff6e75803a0b34d9f106ab9af6d78f555a"
  },
  "build": {
    "kind": "wasm-simd128",
    "sha256": "75d9e1b879de253e2d2d1441be04114a44425c1082292dcb98bd655ccbbdac45"
  }
};
