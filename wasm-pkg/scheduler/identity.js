export const identity = {
  "engine": {
    "name": "scheduler",
    "version": "0.1.0",
    "contentHash": "5733a1452e862eb420a293affd8fc8835b025b62f16cb46c068195cdaf6f6930"
  },
  "build": {
    "kind": "wasm-simd128",
    "sha256": "c5d28685aa95ad79a7f44dc365152c2872831134f24fd582ada3384b77586f16"
  }
};
