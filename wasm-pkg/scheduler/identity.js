export const identity = {
  "engine": {
    "name": "scheduler",
    "version": "0.1.0",
    "contentHash": "6dd6649d040401b19810c189a00570cfd950e0fa893e8c04c1d99a691961ad68"
  },
  "build": {
    "kind": "wasm-simd128",
    "sha256": "968e8847ddba36dba1447b9925225ccdc3c42c5f821cdb7066580b075385abb0"
  }
};
