/** One block of a text/event-stream. */
export interface Frame {
  /** `message` where the block names none. */
  event: string;
  /** Empty where the block has none: then there is nothing to dispatch, only an id or a delay to remember. */
  data: string;
  /** Of this block or of the last one that had one. */
  lastEventId: string | undefined;
  /** Milliseconds that the service asks a client to wait before it connects again. */
  retryMs: number | undefined;
}

/**
 * The frames of a text/event-stream (WHATWG HTML, 9.2.6). A block that the stream ends within is dropped, as it says: it comes
 * again after the last id.
 *
 * @param silenceMs after which the stream counts as ended: a service gives signs of life
 */
export async function* readFrames(body: ReadableStream<Uint8Array>, silenceMs: number): AsyncGenerator<Frame> {
  let lastEventId: string | undefined;
  let event = "";
  let data: string[] = [];
  let retryMs: number | undefined;
  let isEmpty = true;
  for await (const line of readLines(body, silenceMs)) {
    if (line === "") {
      if (!isEmpty) yield { event: event || "message", data: data.join("\n"), lastEventId, retryMs };
      event = "";
      data = [];
      retryMs = undefined;
      isEmpty = true;
      continue;
    }
    const colon = line.indexOf(":");
    if (colon === 0) continue; // a comment: the service's sign of life
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    isEmpty = false;
    if (field === "event") event = value;
    else if (field === "data") data.push(value);
    else if (field === "id" && !value.includes("\0")) lastEventId = value;
    else if (field === "retry" && /^\d+$/.test(value)) retryMs = Number(value);
  }
}

/** Lines end with CR LF, LF or CR; what follows the last end is no line. */
async function* readLines(body: ReadableStream<Uint8Array>, silenceMs: number): AsyncGenerator<string> {
  const reader = body.getReader();
  const decoder = new TextDecoder(); // drops a byte order mark, as the standard says
  let rest = "";
  try {
    for (;;) {
      const silence = setTimeout(() => reader.cancel().catch(() => undefined), silenceMs);
      const { done, value } = await reader.read().finally(() => clearTimeout(silence));
      if (done) return;
      rest += decoder.decode(value, { stream: true });
      // A CR at the end of what has come may be half of a CR LF.
      const lines = rest.split(/\r\n|\n|\r(?!$)/);
      rest = lines.pop() ?? "";
      yield* lines;
    }
  } finally {
    // Whoever stops reading ends the connection.
    reader.cancel().catch(() => undefined);
  }
}
