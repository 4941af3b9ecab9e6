import { join } from "node:path";
import { onTestFinished } from "vitest";
import { createLog, type LogLevel } from "../../ts/core/log.ts";
import type { Service, ServiceOptions } from "../../ts/server.ts";
import { scratch } from "../cli/scratch.ts";

// Engine workers run built files, so the whole service does.
const built = (path: string): Promise<unknown> => import(new URL(`../../dist/${path}`, import.meta.url).href);
const { openService } = (await built("server.js")) as typeof import("../../ts/server.ts");
export const { EnginePool } = (await built("workers/pool.js")) as typeof import("../../ts/workers/pool.ts");

export const ADMIN = "kf_test_admin_key_0123456789";

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: what a test expects of a body, it says
  readonly json: any;
}

export interface Running {
  readonly service: Service;
  readonly dataDir: string;
  /** Lines of the log, parsed. */
  lines(): Record<string, unknown>[];
  logText(): string;
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
}

/** A service on a free port with a log that is kept; closed after the test. */
export async function running(options: Partial<ServiceOptions> = {}, level: LogLevel = "debug"): Promise<Running> {
  const folder = scratch();
  const written: string[] = [];
  const log = createLog({ level, write: (lines) => written.push(lines), now: Date.now });
  const dataDir = join(folder, "data");
  const environment = { XDG_STATE_HOME: join(folder, "state"), XDG_CONFIG_HOME: join(folder, "config") };
  const service = await openService({
    ...{ dataDir, environment, port: 0, trustLog: false, adminKey: ADMIN, version: "0.0.0-test", log },
    ...options,
  });
  onTestFinished(() => service.close());
  const logText = (): string => {
    log.flush();
    return written.join("\n");
  };
  return {
    service,
    dataDir,
    logText,
    lines: () =>
      logText()
        .split("\n")
        .map((line) => JSON.parse(line) as Record<string, unknown>),
    async call(method, path, body, headers = {}) {
      const response = await fetch(`${service.url}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${ADMIN}`,
          ...(body !== undefined && { "content-type": "application/json" }),
          ...headers,
        },
        ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
      });
      const text = await response.text();
      const isJson = /\bjson/.test(response.headers.get("content-type") ?? "");
      return { status: response.status, headers: response.headers, text, json: isJson && JSON.parse(text) };
    },
  };
}
