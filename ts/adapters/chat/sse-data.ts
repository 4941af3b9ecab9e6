import { UpstreamFailure } from "../../chat/target.ts";

const MAX_FRAME = 16 * 2 ** 20;

/** The data of each frame of a text/event-stream. @throws {UpstreamFailure} `failing` for a frame without end */
export async function* sseData(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  let data: string[] = [];
  for await (const piece of pieces) {
    rest += decoder.decode(piece, { stream: true });
    if (rest.length > MAX_FRAME) throw new UpstreamFailure("failing");
    // A CR at the end of what has come may be half of a CR LF.
    const lines = rest.split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? "";
    for (const line of lines) {
      if (line.startsWith("data:")) data.push(line.slice(line[5] === " " ? 6 : 5));
      else if (line === "" && data.length > 0) {
        yield data.join("\n");
        data = [];
      }
    }
  }
}
