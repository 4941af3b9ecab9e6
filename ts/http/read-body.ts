import { AppError } from "../core/errors.ts";
import { parseStrictJson } from "../core/strict-json.ts";
import { LIMITS } from "./limits.ts";
import { type RequestReader, tooLarge } from "./node-request.ts";

const JSON_TYPE = /^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i;

/**
 * The JSON body of a request.
 *
 * @throws {AppError} `invalid-input` for another content type or text that is no JSON, `too-large`
 */
export async function readJsonBody(request: RequestReader): Promise<unknown> {
  const contentType = request.header("content-type") ?? "";
  if (contentType !== "application/json" && !JSON_TYPE.test(contentType)) {
    throw new AppError("invalid-input", `Content-Type: '${contentType}' is not read here; send application/json`);
  }
  return parseStrictJson(await request.bytes(), "body");
}

/** The lines of a body as they come, without their line feeds. @throws {AppError} `too-large` for one that is too long */
export async function* readLines(request: Request): AsyncGenerator<Uint8Array> {
  let rest: Uint8Array = new Uint8Array();
  for await (const part of (request.body ?? []) as unknown as AsyncIterable<Uint8Array>) {
    rest = rest.length === 0 ? part : Buffer.concat([rest, part]);
    for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
      yield rest.subarray(0, end);
      rest = rest.subarray(end + 1);
    }
    if (rest.length > LIMITS.lineBytes) throw tooLarge();
  }
  if (rest.length > 0) yield rest;
}
