import { fromUtf8 } from "../core/bytes.ts";
import { AppError, messageOf } from "../core/errors.ts";
import { decodeResultContainer, type ResultContainer, type Section } from "./result-container.ts";

type FloatSection = Extract<Section, { dtype: "f32" | "f64" }>;

/** @param schema that the container should have */
export function wrongResult(schema: string, message: string): AppError {
  return new AppError("integrity-violation", `not a ${schema} container: ${message}`);
}

/** @throws {AppError} `integrity-violation` when the container is malformed or of another schema */
export function openSections(container: Uint8Array | ResultContainer, schema: string): Sections {
  const decoded = container instanceof Uint8Array ? decodeResultContainer(container) : container;
  if (decoded.schema !== schema) throw wrongResult(schema, `its schema is ${JSON.stringify(decoded.schema)}`);
  return new Sections(decoded);
}

/** Hands out the sections of a container by name, type and shape; at the end, none may be left over. */
export class Sections {
  readonly schema: string;
  readonly #left: Map<string, Section>;

  constructor(container: ResultContainer) {
    this.schema = container.schema;
    this.#left = new Map(container.sections);
  }

  has(name: string): boolean {
    return this.#left.has(name);
  }

  take<D extends Section["dtype"]>(
    name: string,
    dtypes: readonly D[],
    ...shape: readonly (number | "any")[]
  ): Extract<Section, { dtype: D }> {
    const section = this.#left.get(name);
    if (section === undefined) throw wrongResult(this.schema, `section ${name} is missing`);
    const isWanted = (candidate: Section): candidate is Extract<Section, { dtype: D }> =>
      dtypes.some((dtype) => dtype === candidate.dtype);
    const fits =
      section.dims.length === shape.length &&
      shape.every((size, axis) => size === "any" || size === section.dims[axis]);
    if (!isWanted(section) || !fits) {
      const found = `${name} is ${section.dtype}[${section.dims}]`;
      throw wrongResult(this.schema, `${found}, not ${dtypes.join("|")}[${shape}]`);
    }
    this.#left.delete(name);
    return section;
  }

  /** One number per entry of an option; the engine writes no section for an empty list. */
  list(name: string, length: number): number[] {
    return length === 0 ? [] : finite(this.take(name, ["f64"], length));
  }

  /** Numbers with names: sections `<name>.names`, a JSON list, and `<name>.values`. */
  named(name: string): Record<string, number> {
    const values = finite(this.take(`${name}.values`, ["f64"], "any"));
    const { data } = this.take(`${name}.names`, ["u8"], "any");
    let names: unknown;
    try {
      names = JSON.parse(fromUtf8(data));
    } catch (cause) {
      throw wrongResult(this.schema, `${name}.names is no JSON: ${messageOf(cause)}`);
    }
    if (!Array.isArray(names) || !names.every((each) => typeof each === "string") || names.length !== values.length) {
      throw wrongResult(this.schema, `${name}.names is no list of ${values.length} names`);
    }
    return Object.fromEntries(names.map((each, k) => [each, values[k] ?? 0]));
  }

  end(): void {
    const [name] = this.#left.keys();
    if (name !== undefined) {
      throw wrongResult(this.schema, `section ${name} answers nothing that the options ask for`);
    }
  }
}

/** Numbers that are finite, as the writer of containers promises. */
export function finite({ data, name }: FloatSection): number[] {
  const numbers = Array.from(data);
  const at = numbers.findIndex((value) => !Number.isFinite(value));
  if (at >= 0) throw new AppError("integrity-violation", `not a result container: ${name}[${at}] is ${numbers[at]}`);
  return numbers;
}

/** The value of a section of one. */
export function only(section: FloatSection): number {
  return finite(section)[0] ?? 0;
}

/** How often each of several things happened: at least once. */
export function count({ data, name }: Extract<Section, { dtype: "u64" }>): number[] {
  return Array.from(data, (value) => {
    if (value > 0n && value <= BigInt(Number.MAX_SAFE_INTEGER)) return Number(value);
    throw new AppError(
      "integrity-violation",
      `not a result container: something in ${name} was counted ${value} times`,
    );
  });
}
