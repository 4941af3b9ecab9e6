import { AppError, type ErrorCode, errnoOf } from "../core/errors.ts";
import type { Fault } from "../core/log.ts";
import type { KeyedHash } from "./keyed-hash.ts";

/** Their messages are made of our words and of paths of this machine; all others may quote what a caller sent. */
const OWN_WORDS: ReadonlySet<ErrorCode> = new Set(["storage-full", "store-unavailable", "integrity-violation"]);

const MOST_CAUSES = 5;
const MOST_FRAMES = 12;

/** An error as a log may show it: where it came from and of which kind, its words only as a keyed hash. */
export function faultOf(thrown: unknown, hash: KeyedHash | undefined, depth = 0): Fault {
  if (!(thrown instanceof Error)) return { type: typeof thrown, ...hidden(String(thrown), hash), stack: [] };
  const isApp = thrown instanceof AppError;
  const code = isApp ? thrown.code : errnoOf(thrown);
  const shown = isApp && OWN_WORDS.has(thrown.code);
  return {
    // Of the class, because `name` can be set to anything.
    type: thrown.constructor?.name ?? "Error",
    // A code of somebody else's error may be anything, too.
    ...(code !== undefined && (isApp || /^E[A-Z]{2,15}$/.test(code)) && { code }),
    ...(shown ? { message: thrown.message } : hidden(thrown.message, hash)),
    stack: framesOf(thrown),
    ...(thrown.cause !== undefined && depth < MOST_CAUSES && { cause: faultOf(thrown.cause, hash, depth + 1) }),
  };
}

/** Words that may quote what a caller sent, as far as a log may show them. */
export function hidden(message: string, hash: KeyedHash | undefined): { messageHash?: string } {
  return hash === undefined || message === "" ? {} : { messageHash: hash(message) };
}

/** V8 puts `Name: message` before the frames: where it is not exactly that, nothing tells frames from words, so none are shown. */
function framesOf({ stack = "", message }: Error): string[] {
  const at = stack.indexOf(message);
  const [head, rest] = [stack.slice(0, at), stack.slice(at + message.length)];
  if (at < 0 || !/^[A-Za-z]\w{0,63}(?: \[\w+\])?(?:: )?$/.test(head) || !rest.startsWith("\n    at ")) return [];
  return rest
    .trimStart()
    .split("\n")
    .slice(0, MOST_FRAMES)
    .map((frame) => frame.trim());
}
