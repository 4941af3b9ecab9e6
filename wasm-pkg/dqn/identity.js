export const identity = {
  "engine": {
    "name": "dqn",
    "version": "0.1.0",
    "contentHash": "8dfb55b97b665529522470e9058ed20257efb96a38a76237c7717cfa94b7524f"
  },
  "build": {
    "kind": "wasm-simd128",
    "sha256": "41131ae6a7562b54f8d8b5ad07d8958778dd42fb419715481f1929a1a2974424"
  }
};
