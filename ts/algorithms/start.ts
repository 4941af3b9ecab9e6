import { AppError } from "../core/errors.ts";
import type { Start } from "../models/hybrid.ts";

/**
 * The point that the caller gave, in the order of the parameters.
 *
 * @throws {AppError} `invalid-input` for a missing or an unknown parameter
 */
export function startAt(given: Start, names: readonly string[]): number[] {
  if (Array.isArray(given)) {
    if (given.length === names.length) return given;
    const message = `input.parameters: ${given.length} numbers for ${names.length} parameters; give one for each of ${shown(names)}`;
    throw new AppError("invalid-input", message);
  }
  const unknown = Object.keys(given).find((name) => !names.includes(name));
  if (unknown !== undefined) {
    const message = `input.parameters.${unknown}: there is no such parameter; the parameters are ${shown(names)}`;
    throw new AppError("invalid-input", message);
  }
  return names.map((name) => {
    const value = Object.hasOwn(given, name) ? given[name] : undefined;
    if (value !== undefined) return value;
    throw new AppError("invalid-input", `input.parameters: ${name} is missing; give all of ${shown(names)}, or none`);
  });
}

function shown(names: readonly string[]): string {
  return names.length <= 8 ? names.join(", ") : `${names.slice(0, 8).join(", ")}, …`;
}
