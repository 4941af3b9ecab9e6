// Made by scripts/hybrid-identity.mjs: do not edit.
export const HYBRID_ENGINE = {
  name: "hybrid",
  version: "0.1.0",
  contentHash: "9fc56c59c9850d3620ba1c3a72a9262fcb6ab783f73d0998f7ef20fd4796124c",
} as const;
