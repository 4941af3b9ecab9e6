import type { Server } from "node:http";
import type { Socket } from "node:net";

/**
 * Closes the connections of a server that no request is waiting on. Node's own `closeIdleConnections` leaves those that never sent
 * a byte, such as clients open ahead of need, until their time-out.
 */
export function idleConnections(server: Server): { close(): void } {
  const open = new Set<Socket>();
  server.on("connection", (socket) => {
    open.add(socket);
    socket.once("close", () => open.delete(socket));
  });
  return {
    close() {
      for (const socket of open) if (socket.bytesRead === 0) socket.destroy();
      server.closeIdleConnections();
    },
  };
}
