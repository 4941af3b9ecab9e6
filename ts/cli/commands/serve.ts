import { resolve } from "node:path";
import { AppError } from "../../core/errors.ts";
import { createLog, LOG_LEVELS, type Log } from "../../core/log.ts";
import type { CommandContext } from "../context.ts";
import type { ExitCode } from "../failure.ts";
import { keepPolicy } from "../policy-reload.ts";
import { type Flags, list, number, readServiceOptions, readSettings, settingsOf, text } from "../settings.ts";
import { spareMemory } from "../spare-memory.ts";
import type { Terminal } from "../terminal.ts";
import { packageVersion } from "./version.ts";

/** Serves the data folder over HTTP until the first Ctrl-C or SIGTERM. */
export async function serve(settingFlags: Flags, { terminal, signal }: CommandContext): Promise<ExitCode> {
  const settings = await readSettings(terminal, settingFlags);
  const { onError: _, ...options } = await readServiceOptions(settings, terminal);
  const port = number(settings, "port") ?? 8080;
  if (port > 65_535) throw new AppError("invalid-input", `--port ${port}: expected 0 to 65535`);
  const log = logOf(settings, terminal);
  log.info("service.configured", { settings: valuesOf(settings, terminal) });
  const spareNoMore = spareMemory();
  const { openService } = await import("../../server.ts");
  const service = await openService({
    ...options,
    // A hostile job takes its engine host with it, not the service.
    engines: "host",
    calibrate: true,
    log,
    host: text(settings, "host") ?? "127.0.0.1",
    port,
    corsOrigins: list(settings, "corsOrigin"),
    modelOrigins: list(settings, "modelOrigin"),
    answerMemoryBytes: number(settings, "answerMemoryBytes"),
    redisUrl: text(settings, "redisUrl"),
    adminKey: terminal.environment.KETFLOW_ADMIN_KEY || undefined,
    version: await packageVersion(),
  });
  const policyFile = text(settings, "policy");
  const forget =
    policyFile === undefined ? undefined : keepPolicy(resolve(terminal.workingDirectory, policyFile), service, log);
  if (service.newAdminKey !== undefined) terminal.print(`admin key, shown this one time: ${service.newAdminKey}`);
  terminal.print(`listening on ${service.url}`);
  await new Promise<void>((done) => {
    if (signal.aborted) done();
    signal.addEventListener("abort", () => done(), { once: true });
  });
  forget?.();
  spareNoMore();
  await service.close();
  return 0;
}

type Settings = Awaited<ReturnType<typeof readSettings>>;

/** JSON lines on standard error; lines for people where that is a terminal. */
function logOf(settings: Settings, terminal: Terminal): Log {
  const level = LOG_LEVELS.find((each) => each === text(settings, "logLevel")) ?? "info";
  return createLog({ level, write: terminal.complain, now: Date.now, pretty: terminal.progress !== undefined });
}

/** What is set, by name, without the secrets. */
function valuesOf(settings: Settings, terminal: Terminal): Record<string, string> {
  const values: Record<string, string> = {};
  for (const { name, isSecret } of settingsOf(terminal.environment)) {
    if (isSecret) continue;
    const value = settings.get(name)?.[0]?.value;
    if (value !== undefined) values[name] = String(value);
  }
  return values;
}
