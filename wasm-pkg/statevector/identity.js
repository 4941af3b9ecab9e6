export const identity = {
  "engine": {
    "name": "statevector",
    "version": "0.1.0",
    "contentHash": "b222d5bdb714d80b96dc0c48e53d005af5819247b4cfa89170c7db40545c8853"
  },
  "build": {
    "kind": "wasm-simd128",
    "sha256": "9c2853a8df9af85a1c1a0a2870d349e196fc6a13192139468a83fcd29847e09a"
  }
};
