import { AppError } from "../../core/errors.ts";
import type { CommandContext } from "../context.ts";
import type { ExitCode } from "../failure.ts";
import { type Flags, list, number, readServiceOptions, readSettings, text } from "../settings.ts";
import { packageVersion } from "./version.ts";

/** Serves the data folder over HTTP until the first Ctrl-C or SIGTERM. */
export async function serve(settingFlags: Flags, { terminal, signal }: CommandContext): Promise<ExitCode> {
  const settings = await readSettings(terminal, settingFlags);
  const options = await readServiceOptions(settings, terminal);
  const port = number(settings, "port") ?? 8080;
  if (port > 65_535) throw new AppError("invalid-input", `--port ${port}: expected 0 to 65535`);
  const { openService } = await import("../../server.ts");
  const service = await openService({
    ...options,
    // A hostile job takes its engine host with it, not the service.
    engines: "host",
    host: text(settings, "host") ?? "127.0.0.1",
    port,
    corsOrigins: list(settings, "corsOrigin"),
    adminKey: terminal.environment.KETFLOW_ADMIN_KEY || undefined,
    version: await packageVersion(),
  });
  if (service.newAdminKey !== undefined) terminal.print(`admin key, shown this one time: ${service.newAdminKey}`);
  terminal.print(`listening on ${service.url}`);
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
  terminal.complain("stopping: no more requests are taken, what has begun is finished or handed back");
  await service.close();
  return 0;
}
