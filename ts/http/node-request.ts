import type { IncomingMessage } from "node:http";
import type { Context } from "hono";
import { AppError } from "../core/errors.ts";
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
  const { headers } = incoming;
  return {
    header(name) {
      const value = headers[name];
      return Array.isArray(value) ? value.join(", ") : value;
    },
    bytes: () => readIncoming(incoming),
    get address() {
      return incoming.socket.remoteAddress ?? "";
    },
  };
}

function readIncoming(incoming: IncomingMessage): Promise<Uint8Array> {
  const announced = Number(incoming.headers["content-length"] ?? 0);
  if (announced > LIMITS.bodyBytes) return Promise.reject(tooLarge());
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    let size = 0;
    incoming.on("data", (part: Buffer) => {
      size += part.length;
      if (size <= LIMITS.bodyBytes) parts.push(part);
      else reject(tooLarge());
    });
    incoming.on("end", () => resolve(parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts)));
    const gone = (): void => reject(new AppError("invalid-input", "body: the connection ended before the body did"));
    incoming.on("error", gone);
    incoming.on("close", gone);
  });
}

function limited(bytes: Uint8Array): Uint8Array {
  if (bytes.length > LIMITS.bodyBytes) throw tooLarge();
  return bytes;
}

export function tooLarge(): AppError {
  return new AppError("too-large", `body: more than ${LIMITS.bodyBytes} bytes; send less, or several requests`);
}
