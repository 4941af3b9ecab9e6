import { readFile } from "node:fs/promises";
import { AppError, errnoOf, messageOf } from "../core/errors.ts";
import type { Log } from "../core/log.ts";
import type { Service } from "../server.ts";
import { watchFile } from "./watch-file.ts";

/**
 * Keeps the default policy of a service equal to a file: read again when the file changes and on SIGHUP. A faulty one is
 * told, and the one before stays in force.
 *
 * @returns ends it
 */
export function keepPolicy(path: string, service: Pick<Service, "setDefaultPolicy">, log: Log): () => void {
  let known: string | undefined;
  /** One after the other, so that the newest text wins. */
  let reading: Promise<void> = Promise.resolve();

  async function read(isAsked: boolean): Promise<void> {
    try {
      const present = await readFile(path, "utf8");
      if (present === known && !isAsked) return;
      known = present;
      service.setDefaultPolicy(parse(present));
      log.info("policy.loaded", { file: path });
    } catch (error) {
      const code = errnoOf(error);
      // Half-way through a replacement there may be no file; the next change brings it.
      if (code === "ENOENT" && !isAsked) return;
      // The words are about the operator's own file: they name the place of the fault in it.
      const reason = error instanceof AppError ? error.message : `cannot be read: ${code ?? messageOf(error)}`;
      log.error("policy.refused", { file: path, reason });
    }
  }

  const reload = (isAsked: boolean) => (): void => {
    reading = reading.then(() => read(isAsked));
  };
  const onSignal = reload(true);
  process.on("SIGHUP", onSignal);
  const unwatch = watchFile(path, reload(false), (error) => {
    log.warn("policy.unwatched", {
      file: path,
      reason: `${errnoOf(error) ?? messageOf(error)}; SIGHUP reads it again`,
    });
  });
  // It may have changed between the opening of the service and here.
  reload(false)();
  return () => {
    process.off("SIGHUP", onSignal);
    unwatch();
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new AppError("invalid-input", `not JSON: ${messageOf(cause)}`, { cause });
  }
}
