import type { Client } from "../client.ts";
import type { Resolved } from "../core/config.ts";
import { AppError } from "../core/errors.ts";
import { text } from "./settings.ts";

/**
 * The service that jobs are kept by, where the settings name one. `--data` on the command line is about this machine, whatever the
 * environment says.
 *
 * @throws {AppError} `invalid-input` for both on one command line
 */
export function serviceUrl(settings: Resolved): string | undefined {
  const isFlag = (name: string): boolean => settings.get(name)?.[0]?.source === "flag";
  if (!isFlag("data")) return text(settings, "url");
  if (!isFlag("url")) return undefined;
  throw new AppError("invalid-input", "--url and --data: jobs are in a service or in a folder; leave one out");
}

/** @throws {AppError} `invalid-input` where no service is named */
export async function connect(settings: Resolved): Promise<Client> {
  const url = serviceUrl(settings);
  if (url === undefined) {
    throw new AppError("invalid-input", "this asks a service: give --url http://HOST:PORT, or set KETFLOW_URL");
  }
  const { createClient } = await import("../client.ts");
  return createClient({ url, apiKey: text(settings, "apiKey") });
}
