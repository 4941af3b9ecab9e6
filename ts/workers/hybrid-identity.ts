// Made by scripts/hybrid-identity.mjs: do not edit.
export const HYBRID_ENGINE = {
  name: "hybrid",
  version: "0.1.0",
  contentHash: "30de1598d99288533e1b87d8cb23fe3dffd9558db2ec7d316fb5fccd33258cf5",
} as const;
