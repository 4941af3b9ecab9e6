import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";

/**
 * Gives a request that asked for an upgrade back to its server as one that did not. A server may ignore an upgrade (RFC 9110,
 * 7.8), and some clients ask for h2c with every first request; but Node ends HTTP on the connection as soon as somebody listens
 * for upgrades. So the head is written again without it, before what has been read of the body.
 */
export function withoutUpgrade(server: Server, incoming: IncomingMessage, socket: Duplex, head: Buffer): void {
  const lines = [`${incoming.method} ${incoming.url} HTTP/${incoming.httpVersion}`];
  for (let k = 0; k < incoming.rawHeaders.length; k += 2) {
    const [name = "", value = ""] = [incoming.rawHeaders[k], incoming.rawHeaders[k + 1]];
    if (!/^(?:upgrade|connection|http2-settings)$/i.test(name)) lines.push(`${name}: ${value}`);
  }
  socket.unshift(head);
  socket.unshift(Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1"));
  server.emit("connection", socket);
}
