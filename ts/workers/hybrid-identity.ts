// Made by scripts/hybrid-identity.mjs: do not edit.
export const HYBRID_ENGINE = {
  name: "hybrid",
  version: "0.1.0",
  contentHash: "7b2e654c1cea990eb5115846fbcb40573b57196aed820617d77ee5368eaf63c0",
} as const;
