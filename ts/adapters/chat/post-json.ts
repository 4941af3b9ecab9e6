import { lookup as systemLookup } from "node:dns";
import http, { type IncomingMessage } from "node:http";
import https from "node:https";
import { isIP, type LookupFunction } from "node:net";
import { isPrivateAddress } from "../../chat/address.ts";
import { type ChatTarget, UpstreamFailure } from "../../chat/target.ts";
import { errnoOf } from "../../core/errors.ts";

/** Kept connections; a redirect is never followed, so nothing but the checked origin is asked. */
const agents = {
  http: new http.Agent({ keepAlive: true, maxFreeSockets: 1024 }),
  https: new https.Agent({ keepAlive: true, maxFreeSockets: 1024 }),
};

export interface PostOptions {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
  readonly signal: AbortSignal;
  /** Resolves names; the system's by default. */
  readonly lookup?: typeof systemLookup;
}

type Where = Pick<ChatTarget, "isOwn" | "timeoutMs">;

/**
 * Sends a body, and comes back with the head of the answer. A name may lead anywhere at any time, so addresses are checked when
 * the connection is made: only the installation's own origins may have a private one.
 *
 * @throws {UpstreamFailure} `unreachable`, `silent`
 */
export async function post(url: URL, where: Where, options: PostOptions): Promise<IncomingMessage> {
  const host = url.hostname.replace(/^\[|\]$/g, "");
  if (!where.isOwn && isIP(host) !== 0 && isPrivateAddress(host)) throw new UpstreamFailure("unreachable");
  try {
    return await send(url, where, options);
  } catch (error) {
    // The other side closed a kept connection while the request was on its way: nothing was lost but that connection.
    if (!(error instanceof StaleConnection)) throw error;
    return send(url, where, options);
  }
}

class StaleConnection extends UpstreamFailure {}

function send(
  url: URL,
  { isOwn, timeoutMs }: Where,
  { headers, body, signal, lookup }: PostOptions,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const isSecure = url.protocol === "https:";
    const request = (isSecure ? https : http).request(url, {
      method: "POST",
      agent: isSecure ? agents.https : agents.http,
      headers: { ...headers, "content-length": Buffer.byteLength(body) },
      signal,
      ...(!isOwn && { lookup: publicOnly(lookup) }),
    });
    const silence = setTimeout(() => request.destroy(new UpstreamFailure("silent")), timeoutMs);
    request.once("response", (answer) => {
      clearTimeout(silence);
      // Whoever reads it hears of it; between its last piece and its end nobody reads.
      answer.on("error", () => undefined);
      resolve(answer);
    });
    // Not once: a call may be given up while its answer ends, and an error that nobody hears ends the process.
    request.on("error", (cause) => {
      clearTimeout(silence);
      if (cause instanceof UpstreamFailure || signal.aborted) reject(cause);
      else if (request.reusedSocket && errnoOf(cause) === "ECONNRESET")
        reject(new StaleConnection("unreachable", { cause }));
      else reject(new UpstreamFailure("unreachable", { cause }));
    });
    request.end(body);
  });
}

/** Resolves as `lookup`, and fails where one of the addresses is private: all of them may be tried. */
function publicOnly(lookup: typeof systemLookup = systemLookup): LookupFunction {
  return (hostname, options, answer) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      const first = addresses?.[0];
      if (error !== null) answer(error, "");
      else if (first === undefined || addresses.some(({ address }) => isPrivateAddress(address))) {
        answer(new Error("the name leads to an address that is not of the internet"), "");
      } else if (options.all) answer(null, addresses);
      else answer(null, first.address, first.family);
    });
  };
}

/** The pieces of a body. @throws {UpstreamFailure} `silent`, `broken` */
export async function* piecesOf(answer: IncomingMessage, timeoutMs: number): AsyncGenerator<Buffer> {
  const pieces = answer[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  try {
    for (;;) {
      // Counts only while we wait for them: a slow reader of ours is no silence of theirs.
      const silence = setTimeout(() => answer.destroy(new UpstreamFailure("silent")), timeoutMs);
      const { done, value } = await pieces.next().finally(() => clearTimeout(silence));
      if (done) return;
      yield value;
    }
  } catch (cause) {
    throw cause instanceof UpstreamFailure ? cause : new UpstreamFailure("broken", { cause });
  } finally {
    // Whoever stops reading ends the connection.
    if (!answer.complete) answer.destroy();
  }
}

const MAX_ANSWER_BYTES = 16 * 2 ** 20;

/**
 * The whole of a body, by events: nearly always it is one piece, for which an iterator makes a dozen promises.
 *
 * @throws {UpstreamFailure} as `piecesOf`; `failing` for a body of more than 16 MiB
 */
export function bodyOf(answer: IncomingMessage, timeoutMs: number, limit = MAX_ANSWER_BYTES): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    let length = 0;
    const silence = setTimeout(() => fail(new UpstreamFailure("silent")), timeoutMs);
    const fail = (failure: UpstreamFailure): void => {
      clearTimeout(silence);
      answer.destroy();
      reject(failure);
    };
    answer.on("data", (piece: Buffer) => {
      silence.refresh();
      length += piece.length;
      if (length > limit) return fail(new UpstreamFailure("failing"));
      pieces.push(piece);
    });
    answer.once("end", () => {
      clearTimeout(silence);
      resolve(pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : Buffer.concat(pieces));
    });
    // Behind the end it changes nothing.
    answer.once("error", (cause) => fail(new UpstreamFailure("broken", { cause })));
    answer.once("close", () => fail(new UpstreamFailure("broken")));
  });
}
