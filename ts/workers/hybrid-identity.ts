// Made by scripts/hybrid-identity.mjs: do not edit.
export const HYBRID_ENGINE = {
  name: "hybrid",
  version: "0.1.0",
  contentHash: "0f881e04723e15b4d099af4f9ea336004ef81ca4a068d7beb3d512c9e9b9775f",
} as const;
