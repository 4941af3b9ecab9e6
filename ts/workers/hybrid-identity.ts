// Made by scripts/hybrid-identity.mjs: do not edit.
export const HYBRID_ENGINE = {
  name: "hybrid",
  version: "0.1.0",
  contentHash: "44a7a2449d46bfc2f83285973a9e7faf0fedec3d2e4bdf3bed5e3152cd73ca19",
} as const;
