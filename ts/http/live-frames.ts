import { formatTime } from "../core/clock.ts";
import type { JobProgress } from "../jobs/event-feed.ts";
import type { JobEvent } from "../jobs/store.ts";
import { viewEvent } from "../jobs/view.ts";
import type { EndReason, JobProgressView, LiveMessage } from "../models/job-event.ts";

/** The frames of one kind of stream, as bytes. */
export interface FrameFormat {
  event(event: JobEvent): Uint8Array;
  progress(progress: JobProgress): Uint8Array;
  end(reason: EndReason): Uint8Array;
}

/**
 * Text/event-stream (WHATWG HTML, 9.2): the id is the event's sequence, its name the job's new state. What is told to many
 * clients is encoded once.
 */
export const SSE_FRAMES: FrameFormat = format(({ event, data, ...rest }) => {
  const id = "id" in rest ? `id: ${rest.id}\n` : "";
  return `${id}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
});

/** Messages of the WebSocket: the same, as JSON. */
export const JSON_FRAMES: FrameFormat = format((message) => JSON.stringify(message));

function format(text: (message: LiveMessage) => string): FrameFormat {
  const encode = (message: LiveMessage): Uint8Array => Buffer.from(text(message));
  return {
    event: once((event: JobEvent) => encode({ id: event.sequence, event: event.kind, data: viewEvent(event) })),
    progress: once((progress: JobProgress) => encode({ event: "progress", data: viewProgress(progress) })),
    end: (reason) => encode({ event: "end", data: { reason } }),
  };
}

/** A list of events as one piece, made once for all who get the same list. */
export const sseFrames: (events: readonly JobEvent[]) => Uint8Array = once((events: readonly JobEvent[]) =>
  Buffer.concat(events.map((event) => SSE_FRAMES.event(event))),
);

function viewProgress({ at, ...progress }: JobProgress): JobProgressView {
  return { ...progress, at: formatTime(at) };
}

/** Remembers what was made of an object for as long as there is the object. */
function once<Key extends object, Value>(make: (key: Key) => Value): (key: Key) => Value {
  const made = new WeakMap<Key, Value>();
  return (key) => {
    const known = made.get(key);
    if (known !== undefined) return known;
    const value = make(key);
    made.set(key, value);
    return value;
  };
}
