import type { IncomingMessage } from "node:http";
import type { Context } from "hono";
import { AppError } from "../core/errors.ts";
import { GatheredBytes } from "./gathered-bytes.ts";
import { LIMITS } from "./limits.ts";

/** What the shell reads of a request. Node's own message is at hand without building the web's `Headers` and streams. */
export interface RequestReader {
  header(name: string): string | undefined;
  /** @throws {AppError} `too-large` before more than the limit is in memory */
  bytes(): Promise<Uint8Array>;
  /** Of the other end of the connection. */
  readonly address: string;
}

export function requestReader(context: Context): RequestReader {
  const { incoming } = (context.env ?? {}) as { incoming?: IncomingMessage };
  if (incoming === undefined) {
    const { raw } = context.req;
    const header = (name: string): string | undefined => raw.headers.get(name) ?? undefined;
    return { header, bytes: async () => limited(new Uint8Array(await raw.arrayBuffer())), address: "" };
  }
  return new NodeRequest(incoming);
}

class NodeRequest implements RequestReader {
  readonly header: (name: string) => string | undefined;
  readonly #incoming: IncomingMessage;

  constructor(incoming: IncomingMessage) {
    this.#incoming = incoming;
    const { headers } = incoming;
    this.header = (name) => {
      const value = headers[name];
      return Array.isArray(value) ? value.join(", ") : value;
    };
  }

  bytes(): Promise<Uint8Array> {
    return readIncoming(this.#incoming);
  }

  get address(): string {
    return this.#incoming.socket.remoteAddress ?? "";
  }
}

function readIncoming(incoming: IncomingMessage): Promise<Uint8Array> {
  const announced = Number(incoming.headers["content-length"] ?? 0);
  if (announced > LIMITS.bodyBytes) return Promise.reject(tooLarge());
  return new Promise((resolve, reject) => {
    // Nearly every body is one piece, which is then neither gathered nor copied.
    let first: Buffer | undefined;
    let gathered: GatheredBytes | undefined;
    incoming.on("data", (part: Buffer) => {
      if ((gathered?.length ?? first?.length ?? 0) + part.length > LIMITS.bodyBytes) {
        // What still comes is thrown away until the connection is closed, soon after the answer.
        incoming.removeAllListeners("data").resume();
        reject(tooLarge());
      } else if (first === undefined) first = part;
      else {
        if (gathered === undefined) {
          gathered = new GatheredBytes();
          gathered.add(first);
        }
        gathered.add(part);
      }
    });
    let isWhole = false;
    incoming.on("end", () => {
      isWhole = true;
      resolve(gathered?.take() ?? first ?? NO_BYTES);
    });
    // After the end comes the close of every request: an error made for nothing costs as much as parsing the body.
    const gone = (): void => {
      if (!isWhole) reject(new AppError("invalid-input", "body: the connection ended before the body did"));
    };
    incoming.on("error", gone);
    incoming.on("close", gone);
  });
}

const NO_BYTES = new Uint8Array();

function limited(bytes: Uint8Array): Uint8Array {
  if (bytes.length > LIMITS.bodyBytes) throw tooLarge();
  return bytes;
}

export function tooLarge(): AppError {
  return new AppError("too-large", `body: more than ${LIMITS.bodyBytes} bytes; send less, or several requests`);
}
