// Made by scripts/hybrid-identity.mjs: do not edit.
export const HYBRID_ENGINE = {
  name: "hybrid",
  version: "0.1.0",
  contentHash: "1343285acc55aaf8609600e3bb65062e3ee45a3d6ba42babb4ee06a1a8cef7f7",
} as const;
