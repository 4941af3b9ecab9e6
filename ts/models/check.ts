import type * as z from "zod";
import { AppError } from "../core/errors.ts";

/**
 * The value as the schema describes it.
 *
 * @param what how the caller knows the value, for the message: `options`, `body`
 * @throws {AppError} `invalid-input` with the path of the first wrong field and the reason
 */
export function checked<Schema extends z.ZodType>(schema: Schema, value: unknown, what: string): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const path = [what, ...(issue?.path ?? [])].map((step, k) =>
    typeof step === "number" ? `[${step}]` : k ? `.${String(step)}` : step,
  );
  const message = `${path.join("")}: ${issue?.message ?? "not what it should be"}`;
  // It quotes names, which can be as long as the body.
  throw new AppError("invalid-input", message.length <= 500 ? message : `${message.slice(0, 499).toWellFormed()}…`);
}
