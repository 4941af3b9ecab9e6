import { commitment } from "../../chat/call-record.ts";
import type { Chat } from "../../chat/chat.ts";
import { ChatCompletion, ChatRequest } from "../../models/chat.ts";
import { chatStreamReply, routeHeaders } from "../chat-stream.ts";
import { openAiErrors } from "../openai-errors.ts";
import { type Operation, operation } from "../operation.ts";

export interface ChatRouteServices {
  readonly chat: Chat;
  reportError(error: unknown): void;
}

/** Language models behind one door, as OpenAI's clients ask them. */
export function chatRoutes({ chat, reportError }: ChatRouteServices): Operation[] {
  return [
    operation({
      ...{ method: "post", path: "/v1/chat/completions", id: "createChatCompletion", tag: "models" },
      ...{ scope: "models:call", audit: "chat.complete", errors: "openai" },
      summary: "Ask a language model",
      description:
        "The body is that of OpenAI's API; `ketflow/auto` lets the router choose. A stream ends with `[DONE]` only where the answer is " +
        "whole. Nothing is sent outside or paid for unless the policy allows it.",
      body: ChatRequest,
      example: { model: "ketflow/auto", messages: [{ role: "user", content: "What is a qubit?" }], max_tokens: 200 },
      responses: {
        200: {
          description: "The answer; `ketflow` names its route",
          schema: ChatCompletion,
          otherTypes: { "text/event-stream": null },
          headers: {
            "Ketflow-Decision": "Id of the audit event of this call",
            "Ketflow-Model": "The model that answers, and who has it: MODEL@PROVIDER",
            "Ketflow-Commitment-Key":
              "Key of the HMAC-SHA-256 over request and answer in the audit event; nobody else has it",
          },
        },
        ...openAiErrors(
          "invalid-input",
          "not-found",
          "conflict",
          "too-large",
          "no-backend",
          "quota-exceeded",
          "rate-limited",
        ),
        ...openAiErrors("forbidden", "provider-unavailable"),
      },
      async handle({ body, principal, origin, signal }) {
        const caller = { tenant: principal.tenant, origin, signal };
        if (body.stream) {
          const abort = new AbortController();
          const streamSignal = AbortSignal.any([signal, abort.signal]);
          const open = await chat.stream({ ...caller, signal: streamSignal }, body);
          return chatStreamReply(open, body, () => abort.abort(), reportError);
        }
        const open = await chat.complete(caller, body);
        const { answer, target, key, route, settle } = open;
        const usage = answer.usage ?? undefined;
        const end = { usage, textBytes: Buffer.byteLength(JSON.stringify(answer.choices)) };
        const text = JSON.stringify({ ...answer, model: target.model.name, ketflow: route(end) });
        const answerCommitment = commitment(key).update(text).digest("hex");
        await settle({ ...end, outcome: "succeeded", answerCommitment });
        return {
          status: 200,
          headers: {
            ...{ "content-type": "application/json", "cache-control": "no-store" },
            ...routeHeaders(open),
          },
          body: text,
        };
      },
    }),
  ];
}
