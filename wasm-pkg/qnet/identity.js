export const identity = {
  "engine": {
    "name": "qnet",
    "version": "0.1.0",
    "contentHash": "c295b747b9d46d31536b279e4997589d355e10846155d65452f1066d72d8d58b"
  },
  "build": {
    "kind": "wasm-simd128",
    "sha256": "2a026afeb68341a7e5ba56391a42ba7afda1e02b01cb43434f1c17268050f1eb"
  }
};
