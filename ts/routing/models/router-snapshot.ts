import * as z from "zod";
import { canonicalHash, canonicalJson, type Json } from "../../core/canonical-json.ts";
import { AppError, messageOf } from "../../core/errors.ts";
import { checked } from "../../models/check.ts";
import type { CostUnit } from "./example.ts";
import type { ModelRouter } from "./model-router.ts";
import { FEATURES } from "./prompt-features.ts";
import { OUTLINE } from "./prompt-outline.ts";
import { ROUTING_DATA_LIMITS } from "./read-routing-data.ts";
import { floatsFromBase64, floatsToBase64, readTrees, SavedTrees, writeTrees } from "./saved-trees.ts";

const FORMAT = "ketflow-model-router/1";

/** What `ketflow route fit` writes. */
export const RouterSnapshot = z.strictObject({
  format: z.literal(FORMAT),
  models: z.array(z.string()).min(2).max(ROUTING_DATA_LIMITS.models),
  tasks: z.array(z.string()).max(ROUTING_DATA_LIMITS.tasks),
  costUnit: z.enum(["given", "strong-calls", "assumed-tokens"]),
  blend: z.tuple([z.number().min(0).max(1), z.number().min(0).max(1)]),
  bias: z.array(z.number()),
  taskQuality: z.array(z.number()),
  taskCost: z.array(z.number()),
  costLine: z.array(z.number()),
  weights: z.string(),
  trees: SavedTrees.optional(),
  contentHash: z.string(),
});

/** A router as a file holds it. */
export interface SavedRouter {
  router: ModelRouter;
  costUnit: CostUnit;
  /** SHA-256 of the canonical JSON of everything else: what a decision names to be replayed. */
  contentHash: string;
}

/** Canonical JSON; the same router gives the same bytes. `weights` is base64 of little-endian f32. */
export function writeRouter(router: ModelRouter, costUnit: CostUnit): { text: string; contentHash: string } {
  const { models, tasks, blend, bias, taskQuality, taskCost, costLine, weights, trees } = router;
  const body = {
    ...{ format: FORMAT, models, tasks, costUnit, blend },
    bias: [...bias],
    taskQuality: [...taskQuality],
    taskCost: [...taskCost],
    costLine: [...costLine],
    weights: floatsToBase64(weights),
    ...(trees && { trees: writeTrees(trees) }),
  } satisfies Json;
  const contentHash = canonicalHash(body);
  return { text: `${canonicalJson({ ...body, contentHash })}\n`, contentHash };
}

/** @throws {AppError} as {@link checkRouter} */
export function readRouter(text: string): SavedRouter {
  try {
    return checkRouter(JSON.parse(text));
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    throw new AppError("invalid-input", `not a router: not JSON: ${messageOf(cause)}`, { cause });
  }
}

/** @throws {AppError} `invalid-input` for what is no snapshot, `integrity-violation` when its hash is another */
export function checkRouter(value: unknown): SavedRouter {
  const { contentHash, ...body } = checked(RouterSnapshot, value, "router");
  const found = canonicalHash(body);
  if (found !== contentHash) {
    throw new AppError("integrity-violation", `contentHash is ${contentHash}, the content has ${found}; fit it again`);
  }
  const [models, tasks] = [body.models.length, body.tasks.length];
  const router = {
    ...{ models: body.models, tasks: body.tasks, blend: body.blend },
    bias: sized("bias", body.bias, tasks + models),
    taskQuality: sized("taskQuality", body.taskQuality, tasks * models),
    taskCost: sized("taskCost", body.taskCost, tasks * models),
    costLine: sized("costLine", body.costLine, 2 * models),
    weights: floatsFromBase64("weights", body.weights, FEATURES * (tasks + models)),
    trees: body.trees && readTrees(body.trees, OUTLINE + 2 * models, models),
  };
  return { router, costUnit: body.costUnit, contentHash };
}

function sized(field: string, values: readonly number[], count: number): Float64Array {
  if (values.length === count) return Float64Array.from(values);
  throw new AppError("invalid-input", `router.${field}: has ${values.length} values where ${count} belong`);
}
