import type { IncomingMessage, Server, ServerResponse } from "node:http";

type Handle = (incoming: IncomingMessage, outgoing: ServerResponse) => unknown;

/** Requests begun in one turn of the event loop. */
const MOST = 32;
/** The same while connections come. */
const MOST_WHILE_ACCEPTING = 1;

/**
 * Begins a few of the requests that are there in each turn of the event loop; the others wait for the next one, in order.
 *
 * libuv (1.45 and later) accepts one connection a turn. Where each turn began all requests of 700 connections, it took 0.1 s on a
 * quiet machine and more than 1 s on a busy one, so that the last of a thousand clients that came together were served after 20 s.
 */
export function inTurns(server: Server, handle: Handle): Handle {
  let waiting: (readonly [IncomingMessage, ServerResponse])[] = [];
  let left = MOST;
  let hasAccepted = false;
  let isTurnNear = false;
  server.on("connection", () => {
    hasAccepted = true;
  });

  function turn(): void {
    const most = hasAccepted ? MOST_WHILE_ACCEPTING : MOST;
    hasAccepted = false;
    const begun = waiting.slice(0, most);
    waiting = waiting.slice(most);
    left = most - begun.length;
    isTurnNear = false;
    if (begun.length > 0) comeAgain();
    for (const [incoming, outgoing] of begun) {
      // Nobody waits for the answer, and the body of a connection that has gone does not end.
      if (!incoming.destroyed) handle(incoming, outgoing);
    }
  }

  function comeAgain(): void {
    if (isTurnNear) return;
    isTurnNear = true;
    setImmediate(turn);
  }

  return (incoming, outgoing) => {
    comeAgain();
    if (left > 0) {
      left--;
      handle(incoming, outgoing);
    } else waiting.push([incoming, outgoing]);
  };
}
