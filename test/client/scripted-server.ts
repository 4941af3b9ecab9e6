import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { onTestFinished } from "vitest";

export interface SeenRequest {
  method: string;
  path: string;
  headers: IncomingMessage["headers"];
  body: string;
}

/** What the server does with the next request. */
export type Step = (response: ServerResponse, request: SeenRequest) => void;

export interface ScriptedServer {
  url: string;
  seen: SeenRequest[];
}

/** A server that follows its script, one step a request; what comes after the last step is refused as a fault of the test. */
export async function scriptedServer(...script: Step[]): Promise<ScriptedServer> {
  const seen: SeenRequest[] = [];
  const server = createServer(async (request, response) => {
    const { method = "", url = "", headers } = request;
    const step = script[seen.length] ?? problem(500, "internal", { detail: "the script is over" });
    const entry = { method, path: url, headers, body: "" };
    seen.push(entry);
    entry.body = await text(request);
    step(response, entry);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

export function answer(body: unknown, status = 200, headers: Record<string, string> = {}): Step {
  return (response) =>
    response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
}

export function problem(
  status: number,
  code: string,
  members: object = {},
  headers: Record<string, string> = {},
): Step {
  return (response) => {
    const body = JSON.stringify({ type: `/docs#${code}`, title: code, status, code, retryable: false, ...members });
    response.writeHead(status, { "content-type": "application/problem+json", ...headers }).end(body);
  };
}

/** Ends the connection without a word. */
export const hangUp: Step = (response) => void response.destroy();

/** Sends the text and ends the connection within the stream. */
export function stream(frames: string, end: "clean" | "broken" | "open" = "clean"): Step {
  return (response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(frames, () => {
      if (end === "clean") response.end();
      if (end === "broken") response.destroy();
    });
  };
}
