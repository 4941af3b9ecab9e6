export const identity = {
  "engine": {
    "name": "statevector",
    "version": "0.1.0",
    "contentHash": "1bc3a60f71fefe2c780f90ae6ca00ceaaef8f478b0ada18441d0500d002d56e1"
  },
  "build": {
    "kind": "wasm-simd128",
    "sha256": "00e216d9801fb422439c546a10df5a66571d8479ac6a1ef2d8a096028ef82a47"
  }
};
