// Made by scripts/hybrid-identity.mjs: do not edit.
export const HYBRID_ENGINE = {
  name: "hybrid",
  version: "0.1.0",
  contentHash: "f7ed51cfbf25f309c466aa58a52025cee5ad6c7fdcc7d43d94af028a8fdf0834",
} as const;
