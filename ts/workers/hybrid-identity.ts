// Made by scripts/hybrid-identity.mjs: do not edit.
export const HYBRID_ENGINE = {
  name: "hybrid",
  version: "0.1.0",
  contentHash: "e7d503570f928007a370d3c79c982abb60ecf707a5602d17c432b0c3fc03c404",
} as const;
