// Made by scripts/hybrid-identity.mjs: do not edit.
export const HYBRID_ENGINE = {
  name: "hybrid",
  version: "0.1.0",
  contentHash: "296850effd4400554af527d9794400fdb1c78f92bd85a49369c8880ce218d8fd",
} as const;
