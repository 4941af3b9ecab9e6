// Made by scripts/hybrid-identity.mjs: do not edit.
export const HYBRID_ENGINE = {
  name: "hybrid",
  version: "0.1.0",
  contentHash: "2f4527742db4361dc17ddcc78614f3994f4ded0fe07b63b7cdfb4246eb641df4",
} as const;
