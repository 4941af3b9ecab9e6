// Made by scripts/hybrid-identity.mjs: do not edit.
export const HYBRID_ENGINE = {
  name: "hybrid",
  version: "0.1.0",
  contentHash: "da7443e9e050f3afca27b4cbd91339efcd90fd6f171834e2dec959acac3a8cab",
} as const;
