// Made by scripts/hybrid-identity.mjs: do not edit.
export const HYBRID_ENGINE = {
  name: "hybrid",
  version: "0.1.0",
  contentHash: "69502de420684e0da961321a11128ae7dc77275a393d186f26a2c38315f53d91",
} as const;
