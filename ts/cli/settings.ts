import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { type ConfigFile, type Resolved, resolveConfig, type Setting, type SettingValue } from "../core/config.ts";
import { AppError, errnoOf, messageOf } from "../core/errors.ts";
import { LOG_LEVELS } from "../core/log.ts";
import { userFolders } from "../core/user-folders.ts";
import { DEFAULT_SHOTS } from "../models/defaults.ts";
import { COLLAPSE_RULES, DATA_CLASSES, STRATEGIES } from "../models/job.ts";
import type { LocalServiceOptions } from "../server.ts";
import { reportFailure } from "./failure.ts";
import type { Terminal } from "./terminal.ts";

const PROJECT_FILE = "ketflow.config.json";
const USER_FILE = "config.json";

/** Everything that has a place in the files and the environment; the rest of the flags belongs to one run. */
export function settingsOf(environment: Terminal["environment"]): Setting[] {
  return [
    { name: "data", kind: "string", fallback: userFolders(environment).data, about: "folder of jobs, log and keys" },
    { name: "target", kind: "string", fallback: "auto", about: "back end, or auto" },
    { name: "shots", kind: "integer", fallback: DEFAULT_SHOTS, about: "shots of a circuit" },
    { name: "precision", kind: "string", choices: ["f32", "f64"], fallback: "f64", about: "of the amplitudes" },
    { name: "threads", kind: "integer", about: "threads of one run" },
    { name: "strategy", kind: "list", choices: STRATEGIES, about: "strategies that score the back ends" },
    { name: "collapse", kind: "string", choices: COLLAPSE_RULES, about: "rule that selects among them" },
    { name: "maxCost", kind: "integer", about: "most that a job may cost, in micro-USD" },
    { name: "deadline", kind: "integer", about: "milliseconds from acceptance to the end" },
    { name: "policy", kind: "string", about: "file with the routing policy, see docs/routing.md" },
    { name: "mockQpus", kind: "string", about: "file with the mock QPUs, see docs/routing.md" },
    { name: "dataClass", kind: "string", choices: DATA_CLASSES, about: "how sensitive the input is" },
    { name: "cache", kind: "boolean", fallback: true, about: "answer from an equal earlier result" },
    { name: "host", kind: "string", fallback: "127.0.0.1", about: "address that serve listens on" },
    { name: "port", kind: "integer", fallback: 8080, about: "port that serve listens on; 0 takes a free one" },
    { name: "corsOrigin", kind: "list", about: "web origins whose pages may call serve's API; * for all" },
    {
      name: "modelOrigin",
      kind: "list",
      about: "origins of language models of your own, which tenants may name although they have private addresses",
    },
    {
      name: "answerMemoryBytes",
      kind: "integer",
      fallback: 67_108_864,
      about: "of answers of language models that serve keeps",
    },
    {
      name: "redisUrl",
      kind: "string",
      isSecret: true,
      about: "a Redis that keeps such answers, too: redis://user:password@host:6379",
    },
    {
      name: "logLevel",
      kind: "string",
      choices: LOG_LEVELS,
      fallback: "info",
      about: "least level of serve's log lines",
    },
    {
      name: "url",
      kind: "string",
      isPersonal: true,
      about: "the service that commands on jobs speak to; without it, --data",
    },
    { name: "apiKey", kind: "string", isPersonal: true, isSecret: true, about: "who you are there: kf_…" },
    { name: "ascii", kind: "boolean", fallback: false, about: "draw without box characters" },
  ];
}

export type Flags = Readonly<Record<string, SettingValue | undefined>>;

/** @throws {AppError} `invalid-input` for a file that is no JSON or a value that is none of its setting */
export async function readSettings(terminal: Terminal, flags: Flags): Promise<Resolved> {
  const { environment, workingDirectory } = terminal;
  return resolveConfig(settingsOf(environment), {
    flags,
    environment,
    project: await readConfigFile(join(workingDirectory, PROJECT_FILE)),
    user: await readConfigFile(join(userFolders(environment).config, USER_FILE)),
  });
}

export function dataFolder(settings: Resolved, { workingDirectory }: Terminal): string {
  return resolve(workingDirectory, text(settings, "data") ?? "");
}

/** What the service of these settings is opened with. */
export async function readServiceOptions(settings: Resolved, terminal: Terminal): Promise<LocalServiceOptions> {
  const document = async (name: string): Promise<unknown> => {
    const path = text(settings, name);
    return path === undefined ? undefined : readJson(resolve(terminal.workingDirectory, path));
  };
  return {
    dataDir: dataFolder(settings, terminal),
    policy: await document("policy"),
    mockQpus: await document("mockQpus"),
    environment: terminal.environment,
    onError: (error) => void reportFailure(error, terminal, false),
  };
}

/** A file that is not there is no fault of anybody: nobody has to have one. */
async function readConfigFile(path: string): Promise<ConfigFile | undefined> {
  try {
    return { path, content: await readJson(path) };
  } catch (error) {
    const code = error instanceof AppError ? errnoOf(error.cause) : undefined;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw error;
  }
}

/** @throws {AppError} `invalid-input` with the path and the reason, the file system's error as its cause */
async function readJson(path: string): Promise<unknown> {
  let content: string;
  try {
    content = await readFile(path, "utf8");
  } catch (cause) {
    throw new AppError("invalid-input", `${path}: cannot be read: ${errnoOf(cause) ?? messageOf(cause)}`, { cause });
  }
  try {
    return JSON.parse(content);
  } catch (cause) {
    throw new AppError("invalid-input", `${path}: not JSON: ${messageOf(cause)}`, { cause });
  }
}

/** The winning value of a setting that is a text. */
export function text(resolved: Resolved, name: string): string | undefined {
  const value = resolved.get(name)?.[0]?.value;
  return typeof value === "string" ? value : undefined;
}

/** The winning value of a setting that is a number. */
export function number(resolved: Resolved, name: string): number | undefined {
  const value = resolved.get(name)?.[0]?.value;
  return typeof value === "number" ? value : undefined;
}

/** The winning value of a setting that is a list. */
export function list(resolved: Resolved, name: string): readonly string[] | undefined {
  const value = resolved.get(name)?.[0]?.value;
  return Array.isArray(value) ? value : undefined;
}

export function isOn(resolved: Resolved, name: string): boolean {
  return resolved.get(name)?.[0]?.value === true;
}
