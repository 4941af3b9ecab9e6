// Made by scripts/hybrid-identity.mjs: do not edit.
export const HYBRID_ENGINE = {
  name: "hybrid",
  version: "0.1.0",
  contentHash: "9fc3b9c78705aa04fb05a59c7144644190d920d06ad384758c7e9b58c3af994a",
} as const;
