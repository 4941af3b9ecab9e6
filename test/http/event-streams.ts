import { type ClientRequest, type IncomingMessage, request } from "node:http";
import { LiveMessage } from "../../ts/models/job-event.ts";
import type { JobView } from "../../ts/models/job-view.ts";
import { BELL_BODY } from "../jobs/fixtures.ts";
import { ADMIN_KEY, bodyOf, type TestService } from "./service.ts";

/** Waits for its end, so that it has all of its events. */
export async function runJob(service: TestService, token = ADMIN_KEY): Promise<JobView> {
  return bodyOf(service.call("POST", "/v1/jobs", { token, body: BELL_BODY, headers: { prefer: "wait=60" } }));
}

export interface OpenStream {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  /** Frames as they come, checked against the schema; ends with the stream. Comments are left out. */
  frames(): AsyncGenerator<LiveMessage, void>;
  /** The whole body of an answer that is no stream. */
  text(): Promise<string>;
  destroy(): void;
}

/** A text/event-stream on a connection of its own, so that it can be cut at any point. */
export async function openStream(
  url: string,
  { key = ADMIN_KEY, after }: { key?: string; after?: number | string } = {},
): Promise<OpenStream> {
  const headers = { authorization: `Bearer ${key}`, ...(after !== undefined && { "last-event-id": String(after) }) };
  const answer = await new Promise<{ sent: ClientRequest; response: IncomingMessage }>((resolve, reject) => {
    const sent = request(url, { agent: false, headers }, (response) => resolve({ sent, response }));
    sent.on("error", reject);
    sent.end();
  });
  const { sent, response } = answer;
  async function* texts(): AsyncGenerator<string, void> {
    try {
      for await (const chunk of response.setEncoding("utf8")) yield chunk as string;
    } catch (error) {
      if (!sent.destroyed) throw error;
    }
  }
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    async *frames() {
      let rest = "";
      for await (const text of texts()) {
        rest += text;
        for (let end = rest.indexOf("\n\n"); end >= 0; end = rest.indexOf("\n\n")) {
          const frame = rest.slice(0, end);
          rest = rest.slice(end + 2);
          if (/^event:/m.test(frame)) yield parseFrame(frame);
        }
      }
    },
    async text() {
      let whole = "";
      for await (const text of texts()) whole += text;
      return whole;
    },
    destroy: () => void sent.destroy(),
  };
}

function parseFrame(frame: string): LiveMessage {
  const fields = new Map(
    frame.split("\n").map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 2)]),
  );
  const id = fields.get("id");
  return LiveMessage.parse({
    ...(id !== undefined && { id: Number(id) }),
    event: fields.get("event"),
    data: JSON.parse(fields.get("data") ?? ""),
  });
}

/** Those with an id: what is stored and can be resumed from. */
export type StoredFrame = Extract<LiveMessage, { id: number }>;

export function isStored(frame: LiveMessage): frame is StoredFrame {
  return "id" in frame;
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** The first `count` frames with an id. */
export async function take(stream: OpenStream, count: number): Promise<StoredFrame[]> {
  const taken: StoredFrame[] = [];
  if (count === 0) return taken;
  for await (const frame of stream.frames()) {
    if (isStored(frame)) taken.push(frame);
    if (taken.length === count) break;
  }
  return taken;
}
