import { AppError } from "./errors.ts";

export type SettingValue = string | number | boolean | readonly string[];

/** One thing that can be set by a flag, an environment variable or a file; all three spell its value the same way. */
export interface Setting {
  /** In files, and as a flag in kebab-case: `maxCost` is `--max-cost` and `KETFLOW_MAX_COST`. */
  name: string;
  kind: "string" | "integer" | "boolean" | "list";
  /** The only values of a string, or of the members of a list. */
  choices?: readonly string[];
  fallback?: SettingValue;
  /** Never shown, not even in a message about its own fault. */
  isSecret?: boolean;
  /** Not read from `ketflow.config.json`: a folder that somebody else wrote does not decide about it. */
  isPersonal?: boolean;
  /** One sentence for `config explain`. */
  about: string;
}

/** From the strongest to the weakest. */
type SettingSource = "flag" | "environment" | "project" | "user" | "default";

/** A value and where it is written. */
interface Provenance {
  source: SettingSource;
  /** `--shots`, `KETFLOW_SHOTS`, or the path of the file. */
  place: string;
  value: SettingValue;
}

/** What a setting is, and what it would be without its winner; empty when nothing sets it. */
export type Resolved = ReadonlyMap<string, readonly Provenance[]>;

export interface ConfigFile {
  path: string;
  /** The parsed JSON. */
  content: unknown;
}

export interface ConfigSources {
  flags?: Readonly<Record<string, SettingValue | undefined>>;
  environment?: Readonly<Record<string, string | undefined>>;
  project?: ConfigFile | undefined;
  user?: ConfigFile | undefined;
}

/**
 * Flag before environment before `ketflow.config.json` before the user's file before the default.
 *
 * @throws {AppError} `invalid-input` naming the place, the setting and the values it takes
 */
export function resolveConfig(settings: readonly Setting[], sources: ConfigSources): Resolved {
  const project = readFile(settings, sources.project, true);
  const user = readFile(settings, sources.user, false);
  const resolved = new Map<string, Provenance[]>();
  for (const setting of settings) {
    const { name } = setting;
    const found: Provenance[] = [];
    const add = (source: SettingSource, place: string, value: unknown): void => {
      if (value !== undefined) found.push({ source, place, value: checkedValue(setting, value, place) });
    };
    add("flag", flagName(name), sources.flags?.[name]);
    const variable = variableName(name);
    const text = sources.environment?.[variable];
    // An empty variable is how shells and CI files unset one.
    add("environment", variable, text === undefined || text === "" ? undefined : fromText(setting, text));
    add("project", sources.project?.path ?? "", project[name]);
    add("user", sources.user?.path ?? "", user[name]);
    add("default", "default", setting.fallback);
    resolved.set(name, found);
  }
  return resolved;
}

/** `maxCost` → `--max-cost` */
export function flagName(setting: string): string {
  return `--${setting.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** `maxCost` → `KETFLOW_MAX_COST` */
export function variableName(setting: string): string {
  return `KETFLOW_${setting.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
}

function readFile(
  settings: readonly Setting[],
  file: ConfigFile | undefined,
  isProject: boolean,
): Record<string, unknown> {
  if (file === undefined) return {};
  const { content, path } = file;
  if (typeof content !== "object" || content === null || Array.isArray(content)) {
    throw new AppError("invalid-input", `${path}: expected a JSON object of settings`);
  }
  const known = settings.map((setting) => setting.name);
  const unknown = Object.keys(content).find((key) => !known.includes(key));
  if (unknown !== undefined) {
    throw new AppError(
      "invalid-input",
      `${path}: there is no setting '${unknown}'; the settings are ${known.join(", ")}`,
    );
  }
  const personal = isProject
    ? settings.find(({ name, isPersonal }) => isPersonal && Object.hasOwn(content, name))
    : undefined;
  if (personal !== undefined) {
    const places = `${variableName(personal.name)}, ${flagName(personal.name)} or the user's file`;
    throw new AppError("invalid-input", `${path}: ${personal.name} is not read from a project; it goes into ${places}`);
  }
  return content as Record<string, unknown>;
}

function fromText(setting: Setting, text: string): unknown {
  if (setting.kind === "integer") return /^\d+$/.test(text) ? Number(text) : text;
  if (setting.kind === "boolean") return { "1": true, true: true, "0": false, false: false }[text] ?? text;
  return setting.kind === "list" ? text.split(",").map((member) => member.trim()) : text;
}

function checkedValue({ name, kind, choices, isSecret }: Setting, value: unknown, place: string): SettingValue {
  const refuse = (expected: string): never => {
    throw new AppError(
      "invalid-input",
      `${place}: ${name} is ${isSecret ? "not what it should be" : JSON.stringify(value)}; expected ${expected}`,
    );
  };
  const isChoice = (member: unknown): boolean =>
    typeof member === "string" && member !== "" && (choices === undefined || choices.includes(member));
  const words = choices === undefined ? "text" : `one of ${choices.join(", ")}`;
  switch (kind) {
    case "integer":
      return Number.isSafeInteger(value) && Number(value) >= 0 ? Number(value) : refuse("a whole number, 0 or more");
    case "boolean":
      return typeof value === "boolean" ? value : refuse("true or false");
    case "list":
      return Array.isArray(value) && value.length > 0 && value.every(isChoice) ? value : refuse(`a list of ${words}`);
    case "string":
      return typeof value === "string" && isChoice(value) ? value : refuse(words);
  }
}
