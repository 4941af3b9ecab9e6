// A mock of a model provider in a process of its own, for chat.mjs: every POST gets the same completion, GET /count says how many
// there were. No model is behind it.
import { createServer } from "node:http";

const message = {
  role: "assistant",
  content: "The mock has read your prompt, and this is all that it ever says. ".repeat(4),
};
const ANSWER = JSON.stringify({
  ...{ id: "chatcmpl-mock", object: "chat.completion", created: 1_700_000_000, model: "mock" },
  choices: [{ index: 0, message, finish_reason: "stop", logprobs: null }],
  usage: { prompt_tokens: 125, completion_tokens: 64, total_tokens: 189 },
});
const HEADERS = { "content-type": "application/json", "content-length": Buffer.byteLength(ANSWER) };
let count = 0;

const server = createServer({ keepAliveTimeout: 600_000 }, (request, response) => {
  request.resume();
  if (request.method === "GET") return void response.end(String(count));
  request.on("end", () => {
    count++;
    response.writeHead(200, HEADERS).end(ANSWER);
  });
});
server.listen({ port: 0, host: "127.0.0.1", backlog: 4096 }, () => {
  const address = server.address();
  console.log(`listening on http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`);
});
