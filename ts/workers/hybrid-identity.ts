// Made by scripts/hybrid-identity.mjs: do not edit.
export const HYBRID_ENGINE = {
  name: "hybrid",
  version: "0.1.0",
  contentHash: "bac36784627121b5ea6058c7c17d23e4c8215284c78f4e7ba8b6b240028df900",
} as const;
