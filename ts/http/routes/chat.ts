import { commit } from "../../audit/fields.ts";
import type { Chat } from "../../chat/chat.ts";
import type { ReuseWish } from "../../chat/reuse.ts";
import { utf8 } from "../../core/bytes.ts";
import { AppError } from "../../core/errors.ts";
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
      requestHeaders: {
        "Ketflow-Reuse":
          "true: an equal earlier call's answer will do, whatever the temperature; false: it will not. `ketflow.reuse` counts more",
        "Cache-Control":
          "no-cache: only an answer that is asked for now, which later calls may have; no-store: neither",
      },
      body: ChatRequest,
      example: { model: "ketflow/auto", messages: [{ role: "user", content: "What is a qubit?" }], max_tokens: 200 },
      responses: {
        200: {
          description: "The answer; `ketflow` names its route",
          schema: ChatCompletion,
          otherTypes: { "text/event-stream": null },
          headers: {
            "Ketflow-Decision": "Id of the audit event of this call",
            "Cache-Status":
              "Whether it is the answer of an equal call (RFC 9211): `hit`, `collapsed`, or `fwd` with the reason",
            "Ketflow-Reused-From": "Of such an answer: id of the audit event of the call that asked for it",
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
      async handle({ body, principal, origin, signal, header }) {
        const caller = { tenant: principal.tenant, origin, signal, wish: reuseWish(header) };
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
        const answerCommitment = commit(key, utf8(text));
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

/** @throws {AppError} `invalid-input` for a `Ketflow-Reuse` that is neither true nor false */
function reuseWish(header: (name: string) => string | undefined): ReuseWish {
  const directives = (header("cache-control") ?? "")
    .toLowerCase()
    .split(",")
    .map((each) => each.trim());
  const word = header("ketflow-reuse");
  if (word !== undefined && word !== "true" && word !== "false") {
    throw new AppError("invalid-input", "Ketflow-Reuse: must be true or false");
  }
  const asked = directives.includes("no-store") ? false : word === undefined ? undefined : word === "true";
  return { asked, isFresh: directives.includes("no-cache") };
}
