import * as z from "zod";
import { AppError } from "../../core/errors.ts";
import { json, type Operation, operation } from "../operation.ts";
import { problems } from "../responses.ts";

export interface SystemRouteServices {
  /** Throws when the service cannot take work now. */
  checkReady(): Promise<void>;
  /** In the text format of Prometheus. */
  metrics(): Promise<{ contentType: string; text: string }>;
  openApi(): unknown;
  docsPage(): string;
}

const Status = z.strictObject({ status: z.literal("ok") });

/** Health, metrics and the description of the API. */
export function systemRoutes(services: SystemRouteServices): Operation[] {
  return [
    operation({
      ...{ method: "get", path: "/health/live", id: "getLiveness", tag: "service", scope: "anyone" },
      summary: "Whether the process answers",
      responses: { 200: { description: "It does", schema: Status } },
      handle: () => json({ status: "ok" }),
    }),
    operation({
      ...{ method: "get", path: "/health/ready", id: "getReadiness", tag: "service", scope: "anyone" },
      summary: "Whether the service takes work",
      description: "503 while it starts, stops, or cannot write.",
      responses: { 200: { description: "It does", schema: Status }, ...problems("store-unavailable") },
      handle: async () => {
        await services.checkReady();
        return json({ status: "ok" });
      },
    }),
    operation({
      ...{
        method: "get",
        path: "/metrics",
        id: "getMetrics",
        tag: "service",
        scope: "audit:read",
        openToLoopback: true,
      },
      summary: "Metrics for Prometheus",
      description: "Of all tenants together, without their names. Programs of this machine need no key.",
      responses: { 200: { description: "Text format 0.0.4", contentType: "text/plain; version=0.0.4; charset=utf-8" } },
      handle: async () => {
        const { contentType, text } = await services.metrics();
        return new Response(text, { headers: { "content-type": contentType, "cache-control": "no-store" } });
      },
    }),
    operation({
      ...{ method: "get", path: "/openapi.json", id: "getOpenApi", tag: "service", scope: "anyone" },
      summary: "This document",
      responses: { 200: { description: "OpenAPI 3.1", schema: z.looseObject({ openapi: z.string() }) } },
      handle: () =>
        json(services.openApi(), 200, { "cache-control": "public, max-age=60", "access-control-allow-origin": "*" }),
    }),
    operation({
      ...{ method: "get", path: "/docs", id: "getDocs", tag: "service", scope: "anyone" },
      summary: "The API for people",
      responses: { 200: { description: "A page", contentType: "text/html; charset=utf-8" } },
      handle: () =>
        new Response(services.docsPage(), { headers: { ...PAGE_HEADERS, "content-type": "text/html; charset=utf-8" } }),
    }),
  ];
}

/** Isolated from other origins, so that shared memory works; WebAssembly may be compiled, nothing may be loaded from elsewhere. */
const PAGE_HEADERS = {
  "content-security-policy":
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; " +
    "object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'none'",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
  "referrer-policy": "no-referrer",
} as const;

export function notReady(reason: string): AppError {
  return new AppError("store-unavailable", reason);
}
