type Schema = Readonly<Record<string, unknown>>;

/** Longer objects are written over several lines. */
const ONE_LINE = 72;

/** A JSON schema as lines of HTML in the manner of a type: `{ shots?: 1…10000000 }`; named ones are links. */
export function schemaLines(schema: Schema): string[] {
  const { $ref, const: only, enum: choices, anyOf, oneOf, allOf, type } = schema;
  if (typeof $ref === "string") return [linkTo($ref)];
  if (only !== undefined) return [escaped(JSON.stringify(only))];
  if (Array.isArray(choices)) return [choices.map((each) => escaped(JSON.stringify(each))).join(" | ")];
  const either = anyOf ?? oneOf;
  if (Array.isArray(either)) return joined(either.map(schemaLines), " | ");
  if (Array.isArray(allOf)) return joined(allOf.map(schemaLines), " & ");
  if (Array.isArray(type)) return [type.map((each) => escaped(String(each))).join(" | ")];
  switch (type) {
    case "object":
      return objectLines(schema);
    case "array": {
      const tuple = schema.prefixItems;
      if (Array.isArray(tuple)) return joined(tuple.map(schemaLines), ", ", "[", "]");
      const items = schemaLines((schema.items ?? {}) as Schema);
      const isSimple = items.length === 1 && !items[0]?.includes(" | ");
      return isSimple ? [`${items[0]}[]`] : joined([items], "", "(", ")[]");
    }
    case "string":
      return [stringText(schema)];
    case "integer":
    case "number":
      return [numberText(schema)];
    default:
      return [typeof type === "string" ? escaped(type) : "any"];
  }
}

function objectLines(schema: Schema): string[] {
  const {
    properties = {},
    required = [],
    additionalProperties,
  } = schema as {
    properties?: Record<string, Schema>;
    required?: string[];
    additionalProperties?: Schema | boolean;
  };
  const members = Object.entries(properties).map(([name, member]) => {
    const [first = "", ...rest] = schemaLines(member);
    const mark = required.includes(name) ? "" : "?";
    const about = typeof member.description === "string" ? ` <i>// ${escaped(member.description)}</i>` : "";
    const head = `<b>${escaped(name)}</b>${mark}: ${first}`;
    return rest.length === 0 ? [`${head}${about}`] : [`${head}${about}`, ...rest];
  });
  if (typeof additionalProperties === "object" && Object.keys(additionalProperties).length > 0) {
    const [first = "", ...rest] = schemaLines(additionalProperties);
    members.push([`[name]: ${first}`, ...rest]);
  }
  if (members.length === 0) return ["{ … }"];
  const flat = members.flat();
  const isShort = flat.length === members.length && !flat.some((line) => line.includes("<i>"));
  const oneLine = `{ ${flat.join(", ")} }`;
  if (isShort && plainLength(oneLine) <= ONE_LINE) return [oneLine];
  return ["{", ...flat.map((line) => `  ${line}`), "}"];
}

function joined(parts: readonly string[][], between: string, before = "", after = ""): string[] {
  const lines: string[] = [];
  parts.forEach((part, k) => {
    const [first = "", ...rest] = part;
    if (k === 0) lines.push(`${before}${first}`);
    else lines.push(`${lines.pop() ?? ""}${between}${first}`);
    lines.push(...rest);
  });
  lines.push(`${lines.pop() ?? ""}${after}`);
  return lines;
}

function stringText({ format, minLength, maxLength, pattern }: Schema): string {
  if (typeof format === "string") return format === "date-time" ? "time" : escaped(format);
  if (minLength === 1 && maxLength === undefined && pattern === undefined) return "string";
  const bounds = [minLength, maxLength].some((bound) => bound !== undefined)
    ? ` of ${range(minLength ?? 0, maxLength)}`
    : "";
  return `string${bounds}${typeof pattern === "string" && pattern.length < 60 ? ` /${escaped(pattern)}/` : ""}`;
}

function numberText({ type, minimum, maximum, exclusiveMinimum }: Schema): string {
  const from = minimum ?? exclusiveMinimum;
  const isSafe = from === undefined || from === Number.MIN_SAFE_INTEGER;
  const to = maximum === Number.MAX_SAFE_INTEGER ? undefined : maximum;
  return isSafe && to === undefined ? String(type) : `${String(type)} ${range(isSafe ? "" : from, to)}`;
}

function range(from: unknown, to: unknown): string {
  return `${String(from)}…${to === undefined ? "" : String(to)}`;
}

function linkTo(ref: string): string {
  const name = escaped(ref.slice(ref.lastIndexOf("/") + 1));
  return `<a href="#schema-${name}">${name}</a>`;
}

function plainLength(html: string): number {
  return html.replaceAll(/<[^>]+>/g, "").length;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
