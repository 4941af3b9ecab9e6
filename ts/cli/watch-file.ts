import { type FSWatcher, watch } from "node:fs";
import { dirname } from "node:path";

/** Editors and orchestrators replace a file in several steps. */
const SETTLE_MS = 100;

/**
 * Calls `changed` some moments after anything changed beside `path` or in it: the folder is watched, because a file that is
 * replaced under its name is another file, and a mounted one may be a link to a folder that is swapped.
 *
 * @param failed the system watches no more, such as at its limit of watches
 * @returns stops watching
 */
export function watchFile(path: string, changed: () => void, failed: (error: unknown) => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  let watcher: FSWatcher | undefined;
  try {
    watcher = watch(dirname(path), { persistent: false }, () => {
      // Not started anew by each change: a folder that changes all the time is looked at, too.
      timer ??= setTimeout(() => {
        timer = undefined;
        changed();
      }, SETTLE_MS);
    });
    watcher.on("error", failed);
  } catch (error) {
    failed(error);
  }
  return () => {
    clearTimeout(timer);
    watcher?.close();
  };
}
