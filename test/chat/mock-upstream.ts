import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What a request got from the mock: enough to see what left the service. */
export interface Seen {
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of two protocols
  readonly body: any;
  /** The other side closed before the answer was whole. */
  closedEarly: boolean;
}

/** What it does instead of answering well. */
export type Fault =
  | { readonly status: number; readonly retryAfter?: string; readonly message?: string; readonly body?: string }
  /** Answers well, but the fourth word, or all of an answer at once, waits for this. */
  | { readonly holdUntil: Promise<unknown> }
  | "hang"
  | "hang-in-stream"
  | "reset"
  | "break-in-stream"
  | "error-in-stream"
  | "end-without-done"
  | "no-usage"
  | "redirect";

/**
 * A mock of a model provider: it speaks the protocols of OpenAI and Anthropic over HTTP, and its answers are made up by rules that
 * are told below. No model is behind it.
 */
export interface MockUpstream {
  readonly url: string;
  readonly seen: Seen[];
  /** For the next requests, one each; well-behaved when empty. @param model of all requests for this upstream name, for good */
  fault(fault: Fault | undefined, model?: string): void;
  close(): Promise<void>;
}

const USAGE = { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 };
const WORDS = ["The ", "mock ", "says ", "hello ", "and ", "no ", "more."];
export const MOCK_TEXT = WORDS.join("");

export async function mockUpstream(): Promise<MockUpstream> {
  const seen: Seen[] = [];
  const queue: Fault[] = [];
  const constant = new Map<string, Fault>();
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const text = Buffer.concat(parts).toString();
    const entry: Seen = {
      path: request.url ?? "",
      headers: request.headers,
      body: text === "" ? undefined : JSON.parse(text),
      closedEarly: false,
    };
    seen.push(entry);
    response.once("close", () => {
      entry.closedEarly = !response.writableFinished;
    });
    const fault = constant.get(entry.body?.model) ?? queue.shift();
    const isAnthropic = request.url?.endsWith("/messages") ?? false;
    await (isAnthropic ? anthropic : openAi)(entry, response, fault);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    seen,
    fault(fault, model) {
      if (model === undefined) queue.push(...(fault === undefined ? [] : [fault]));
      else if (fault === undefined) constant.delete(model);
      else constant.set(model, fault);
    },
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** @returns whether the fault was the whole answer */
function fails(response: ServerResponse, fault: Fault | undefined): boolean {
  if (fault === "hang") return true;
  if (fault === "reset") {
    response.socket?.destroy();
    return true;
  }
  if (fault === "redirect") {
    response.writeHead(307, { location: "http://169.254.169.254/latest/meta-data" }).end();
    return true;
  }
  if (typeof fault !== "object" || "holdUntil" in fault) return false;
  const { status, retryAfter, message = "the mock was told to fail", body } = fault;
  response
    .writeHead(status, { "content-type": "application/json", ...(retryAfter && { "retry-after": retryAfter }) })
    .end(body ?? JSON.stringify({ type: "error", error: { message, type: "mock_error" } }));
  return true;
}

async function openAi({ body }: Seen, response: ServerResponse, fault: Fault | undefined): Promise<void> {
  if (fails(response, fault)) return;
  const held = typeof fault === "object" && "holdUntil" in fault ? fault.holdUntil : undefined;
  const last = body.messages.at(-1);
  const calls = body.tools && last.role === "user" && body.tool_choice !== "none";
  const name = body.tools?.[0]?.function.name;
  const call = { id: "call_1", type: "function", function: { name, arguments: '{"city":"Ulm"}' } };
  const content = last.role === "tool" ? `It is ${last.content}.` : MOCK_TEXT;
  const finish_reason = calls ? "tool_calls" : "stop";
  const head = {
    id: "chatcmpl-mock",
    created: 1_700_000_000,
    model: `${body.model}-2026`,
    system_fingerprint: "fp_mock",
  };
  const usage = fault === "no-usage" ? undefined : USAGE;
  if (!body.stream) {
    if (held !== undefined) await held;
    const message = calls ? { role: "assistant", content: null, tool_calls: [call] } : { role: "assistant", content };
    const choices = [{ index: 0, message, finish_reason, logprobs: null }];
    response
      .writeHead(200, { "content-type": "application/json" })
      .end(JSON.stringify({ ...head, object: "chat.completion", choices, usage }));
    return;
  }
  response.writeHead(200, { "content-type": "text/event-stream" });
  const piece = (delta: object, finish: string | null = null, more = {}) =>
    `data: ${JSON.stringify({ ...head, object: "chat.completion.chunk", choices: [{ index: 0, delta, finish_reason: finish }], ...more })}\n\n`;
  response.write(piece({ role: "assistant", content: "" }));
  if (fault === "hang-in-stream") return;
  if (fault === "error-in-stream") {
    response.end(`data: ${JSON.stringify({ error: { message: "the mock's model died" } })}\n\n`);
    return;
  }
  const words = calls ? [] : content === MOCK_TEXT ? WORDS : [content];
  for (const [k, word] of words.entries()) {
    if (fault === "break-in-stream" && k === 3) {
      // What was written comes through; then the connection is gone.
      setImmediate(() => response.socket?.destroy());
      return;
    }
    if (held !== undefined && k === 3) await held;
    response.write(piece({ content: word }));
  }
  if (calls) {
    response.write(piece({ tool_calls: [{ index: 0, ...call, function: { name, arguments: "" } }] }));
    for (const part of ['{"city":', '"Ulm"}'])
      response.write(piece({ tool_calls: [{ index: 0, function: { arguments: part } }] }));
  }
  response.write(piece({}, finish_reason));
  if (body.stream_options?.include_usage && usage) {
    response.write(`data: ${JSON.stringify({ ...head, object: "chat.completion.chunk", choices: [], usage })}\n\n`);
  }
  response.end(fault === "end-without-done" ? "" : "data: [DONE]\n\n");
}

function anthropic({ body }: Seen, response: ServerResponse, fault: Fault | undefined): void {
  if (fails(response, fault)) return;
  const last = body.messages.at(-1);
  const results = last.content.filter(({ type }: { type: string }) => type === "tool_result");
  const calls = body.tools && results.length === 0;
  const text = results.length > 0 ? `It is ${JSON.stringify(results[0].content)}.` : MOCK_TEXT;
  const stop_reason = calls ? "tool_use" : "end_turn";
  const usage = { input_tokens: 11, output_tokens: 7 };
  const block = calls
    ? { type: "tool_use", id: "toolu_1", name: body.tools[0].name, input: { city: "Ulm" } }
    : { type: "text", text };
  const head = { id: "msg_mock", type: "message", role: "assistant", model: body.model };
  if (!body.stream) {
    response
      .writeHead(200, { "content-type": "application/json" })
      .end(JSON.stringify({ ...head, content: [block], stop_reason, stop_sequence: null, usage }));
    return;
  }
  response.writeHead(200, { "content-type": "text/event-stream" });
  const event = (type: string, data: object = {}) =>
    void response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`);
  const begun = { ...head, content: [], stop_reason: null, stop_sequence: null, usage: { ...usage, output_tokens: 1 } };
  event("message_start", { message: begun });
  const opened = calls ? { ...block, input: {} } : { type: "text", text: "" };
  event("content_block_start", { index: 0, content_block: opened });
  const deltas = calls
    ? ['{"city":', '"Ulm"}'].map((partial_json) => ({ type: "input_json_delta", partial_json }))
    : WORDS.map((word) => ({ type: "text_delta", text: word }));
  for (const [k, delta] of deltas.entries()) {
    if (fault === "break-in-stream" && k === 3) {
      setImmediate(() => response.socket?.destroy());
      return;
    }
    if (fault === "end-without-done" && k === 3) {
      response.end();
      return;
    }
    event("content_block_delta", { index: 0, delta });
  }
  event("content_block_stop", { index: 0 });
  event("message_delta", { delta: { stop_reason, stop_sequence: null }, usage: { output_tokens: 7 } });
  event("message_stop");
  response.end();
}
