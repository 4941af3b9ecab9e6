import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { formatVerifierKey, type VerifierKey } from "../../audit/note.ts";
import { AppError, errnoOf } from "../../core/errors.ts";
import { type Operation, operation } from "../operation.ts";
import { problems } from "../responses.ts";

/** c2sp.org/tlog-tiles: level or `entries`, then the index in groups of three digits, then the width of a partial tile. */
const TILE =
  /^(?:entries|[0-9]|[1-5][0-9]|6[0-3])(?:\/x[0-9]{3})*\/[0-9]{3}(?:\.p\/(?:[1-9]|[1-9][0-9]|1[0-9]{2}|2[0-4][0-9]|25[0-5]))?$/;

const CHECKPOINT_SECONDS = 1;
const YEAR_SECONDS = 31_536_000;

/**
 * The tamper-evident log for everyone: its signed head and its tiles, as files, and who signs it.
 *
 * @param directory `<data>/log`
 * @param keys of the log, for those who are to trust it
 */
export function logRoutes(directory: string, keys: () => readonly VerifierKey[]): Operation[] {
  return [
    operation({
      ...{ method: "get", path: "/log/checkpoint", id: "getCheckpoint", tag: "log", scope: "anyone" },
      summary: "The log's signed head",
      responses: {
        200: { description: "A signed note (c2sp.org/tlog-checkpoint)", contentType: "text/plain; charset=utf-8" },
        ...problems("not-found"),
      },
      handle: () => file(join(directory, "checkpoint"), "text/plain; charset=utf-8", CHECKPOINT_SECONDS),
    }),
    operation({
      ...{ method: "get", path: "/log/keys", id: "getLogKeys", tag: "log", scope: "anyone" },
      summary: "The keys that sign the log's head",
      description:
        "Verifier keys (c2sp.org/signed-note), one a line. Whoever trusts them on this answer's word trusts the connection: compare.",
      responses: { 200: { description: "Text", contentType: "text/plain; charset=utf-8" } },
      handle: () => {
        const text = keys().map((key) => `${formatVerifierKey(key)}\n`);
        const cache = { "cache-control": "no-store", "access-control-allow-origin": "*" };
        return new Response(text.join(""), { headers: { "content-type": "text/plain; charset=utf-8", ...cache } });
      },
    }),
    operation({
      ...{ method: "get", path: "/log/tile/{rest}", id: "getTile", tag: "log", scope: "anyone" },
      summary: "A tile of the log",
      description: "`<L>/<N>[.p/<W>]` or `entries/<N>[.p/<W>]` (c2sp.org/tlog-tiles). Full tiles never change.",
      responses: {
        200: { description: "Hashes, or length-prefixed entries", contentType: "application/octet-stream" },
        ...problems("not-found"),
      },
      handle: async ({ params }) => {
        const path = params.rest ?? "";
        if (!TILE.test(path)) throw new AppError("not-found", `there is no tile ${path}`);
        return file(join(directory, "tile", path), "application/octet-stream", YEAR_SECONDS);
      },
    }),
  ];
}

async function file(path: string, contentType: string, seconds: number): Promise<Response> {
  try {
    const bytes = await readFile(path);
    const cache = seconds >= YEAR_SECONDS ? `public, max-age=${seconds}, immutable` : `public, max-age=${seconds}`;
    const headers = { "content-type": contentType, "cache-control": cache, "access-control-allow-origin": "*" };
    return new Response(new Uint8Array(bytes), { headers });
  } catch (cause) {
    if (errnoOf(cause) !== "ENOENT" && errnoOf(cause) !== "EISDIR") throw cause;
    throw new AppError("not-found", "the log does not have this yet");
  }
}
