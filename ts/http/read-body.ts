import { AppError } from "../core/errors.ts";
import { parseStrictJson } from "../core/strict-json.ts";
import { LIMITS } from "./limits.ts";

/**
 * The JSON body of a request.
 *
 * @throws {AppError} `invalid-input` for another content type or text that is no JSON, `too-large`
 */
export async function readJsonBody(request: Request): Promise<unknown> {
  const contentType = request.headers.get("content-type") ?? "";
  if (!/^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i.test(contentType)) {
    throw new AppError("invalid-input", `Content-Type: '${contentType}' is not read here; send application/json`);
  }
  return parseStrictJson(await readBytes(request), "body");
}

/** @throws {AppError} `too-large` before the body is in memory */
export async function readBytes(request: Request): Promise<Uint8Array> {
  const announced = request.headers.get("content-length");
  if (Number(announced ?? 0) > LIMITS.bodyBytes) throw tooLarge();
  if (announced !== null) return new Uint8Array(await request.arrayBuffer());
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of bodyOf(request)) {
    size += part.length;
    if (size > LIMITS.bodyBytes) throw tooLarge();
    parts.push(part);
  }
  return Buffer.concat(parts);
}

/** The lines of a body as they come, without their line feeds. @throws {AppError} `too-large` for one that is too long */
export async function* readLines(request: Request): AsyncGenerator<Uint8Array> {
  let rest: Uint8Array = new Uint8Array();
  for await (const part of bodyOf(request)) {
    rest = rest.length === 0 ? part : Buffer.concat([rest, part]);
    for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
      yield rest.subarray(0, end);
      rest = rest.subarray(end + 1);
    }
    if (rest.length > LIMITS.lineBytes) throw tooLarge();
  }
  if (rest.length > 0) yield rest;
}

function bodyOf(request: Request): AsyncIterable<Uint8Array> {
  return (request.body ?? []) as unknown as AsyncIterable<Uint8Array>;
}

function tooLarge(): AppError {
  return new AppError("too-large", `body: more than ${LIMITS.bodyBytes} bytes; send less, or several requests`);
}
