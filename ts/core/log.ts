/** From the most to the least talkative; a level shows itself and everything after it. */
export const LOG_LEVELS = ["debug", "info", "warn", "error"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/**
 * Everything that a line may say. The list is closed on purpose: no field takes what a caller sent – no body, header, query,
 * path, name or message –, so nothing has to be found and removed afterwards.
 */
export interface LogFields {
  /** Of the request: the id that it answered as `x-request-id`. */
  readonly traceId?: string | undefined;
  /** Id of the operation in the OpenAPI document, not the path. */
  readonly operation?: string | undefined;
  readonly method?: string | undefined;
  /** HTTP status, or state of the job. */
  readonly status?: number | string | undefined;
  /** State of the job before. */
  readonly from?: string | undefined;
  readonly ms?: number | undefined;
  /** Of `ERROR_CODES`. */
  readonly code?: string | undefined;
  readonly tenant?: string | undefined;
  readonly keyId?: string | undefined;
  readonly jobId?: string | undefined;
  readonly attempts?: number | undefined;
  /** How many things of a kind. */
  readonly count?: number | undefined;
  readonly backend?: string | undefined;
  readonly engineMs?: number | undefined;
  readonly reused?: boolean | undefined;
  /** Keyed hash of the input: equal inputs can be told, and nothing else. */
  readonly inputHash?: string | undefined;
  readonly fault?: Fault | undefined;
  /** What the operator of this installation set, or is to know: never a tenant's. */
  readonly url?: string | undefined;
  readonly version?: string | undefined;
  readonly engine?: string | undefined;
  readonly file?: string | undefined;
  readonly reason?: string | undefined;
  readonly settings?: Readonly<Record<string, string>> | undefined;
}

/** An error without the words of its message, which may quote an input. */
export interface Fault {
  /** Name of the class. */
  readonly type: string;
  /** `AppError`'s, or the operating system's such as `ENOSPC`. */
  readonly code?: string;
  /** Only of codes whose messages are made of our own words. */
  readonly message?: string;
  /** Keyed hash of a message that is not shown. */
  readonly messageHash?: string;
  readonly stack: readonly string[];
  readonly cause?: Fault;
}

export interface Log {
  /** Whether lines of this level are written: for lines that cost something to make. */
  isOn(level: LogLevel): boolean;
  /** @param event what happened, as `noun.verb`: the same words at every time */
  debug(event: string, fields?: LogFields): void;
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
  /** Writes what is held back. */
  flush(): void;
}

export interface LogOptions {
  readonly level: LogLevel;
  /** Takes one or more lines, without the last line feed. */
  write(lines: string): void;
  /** Milliseconds since the epoch. */
  now(): number;
  /** For people at a terminal, instead of JSON. */
  readonly pretty?: boolean;
}

const HELD_CHARACTERS = 16_384;

/** Lines of one turn of the event loop are written together; a warning or an error takes those before it along at once. */
export function createLog({ level, write, now, pretty = false }: LogOptions): Log {
  const least = LOG_LEVELS.indexOf(level);
  const format = pretty ? prettyLine : jsonLine;
  let held = "";

  function flush(): void {
    if (held === "") return;
    const lines = held;
    held = "";
    write(lines);
  }

  function add(at: LogLevel, event: string, fields: LogFields | undefined): void {
    if (LOG_LEVELS.indexOf(at) < least) return;
    const line = format(new Date(now()).toISOString(), at, event, fields);
    if (held === "") setImmediate(flush);
    held = held === "" ? line : `${held}\n${line}`;
    if (held.length > HELD_CHARACTERS || at === "warn" || at === "error") flush();
  }

  return {
    isOn: (asked) => LOG_LEVELS.indexOf(asked) >= least,
    debug: (event, fields) => add("debug", event, fields),
    info: (event, fields) => add("info", event, fields),
    warn: (event, fields) => add("warn", event, fields),
    error: (event, fields) => add("error", event, fields),
    flush,
  };
}

function jsonLine(time: string, level: LogLevel, event: string, fields: LogFields | undefined): string {
  return JSON.stringify({ time, level, event, ...fields });
}

/** `14:09:48.123 warn  policy.refused file=/etc/policy.json`, a fault's stack on lines of its own. */
function prettyLine(time: string, level: LogLevel, event: string, { fault, ...fields }: LogFields = {}): string {
  const words = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` ${name}=${prettyValue(value)}`);
  return [`${time.slice(11, 23)} ${level.padEnd(5)} ${event}${words.join("")}`, ...faultLines(fault)].join("\n");
}

function faultLines(fault: Fault | undefined): string[] {
  if (fault === undefined) return [];
  const { type, code, message, messageHash, stack, cause } = fault;
  const head = Object.entries({ type, code, message, messageHash }).filter(([, value]) => value !== undefined);
  const words = head.map(([name, value]) => ` ${name}=${prettyValue(value)}`);
  return [`   ${words.join("")}`, ...stack.map((frame) => `      ${frame}`), ...faultLines(cause)];
}

/** Bare where it is a plain word; else JSON, and nothing in it that a terminal obeys. */
function prettyValue(value: unknown): string {
  if (typeof value === "string" && /^[\w.:/@[\]-]+$/.test(value)) return value;
  return JSON.stringify(value).replace(/\p{C}/gu, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
