import { AppError } from "../core/errors.ts";
import { parseStrictJson } from "../core/strict-json.ts";
import { GatheredBytes } from "./gathered-bytes.ts";
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
  const line = new GatheredBytes();
  for await (let part of chunksOf(request)) {
    for (let end = part.indexOf(10); end >= 0; end = part.indexOf(10)) {
      if (line.length + end > LIMITS.lineBytes) throw tooLarge();
      line.add(part.subarray(0, end));
      yield line.take();
      part = part.subarray(end + 1);
    }
    if (line.length + part.length > LIMITS.lineBytes) throw tooLarge();
    line.add(part);
  }
  if (line.length > 0) yield line.take();
}

async function* chunksOf(request: Request): AsyncGenerator<Uint8Array> {
  try {
    yield* (request.body ?? []) as unknown as AsyncIterable<Uint8Array>;
  } catch (cause) {
    throw new AppError("invalid-input", "body: the connection ended before the body did", { cause });
  }
}
