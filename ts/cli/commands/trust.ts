import { ED25519_TYPE, formatVerifierKey, type VerifierKey } from "../../audit/note.ts";
import { addTrustedLog, parseTrustedLogs, readTrustedLogs, trustedLogsPath } from "../../audit/trusted-logs.ts";
import { createClient } from "../../client.ts";
import { fromUtf8, toHex, utf8 } from "../../core/bytes.ts";
import { AppError } from "../../core/errors.ts";
import { sha256 } from "../../core/sha256.ts";
import type { CommandContext } from "../context.ts";
import type { ExitCode } from "../failure.ts";
import { readBytes } from "../read-input.ts";

/**
 * Shows the keys of a log, and with `yes` adds them to those that this user trusts. Without a place, those that are trusted.
 *
 * @param place URL of a service, a file with verifier keys, or `-`
 */
export async function trust(
  place: string | undefined,
  { yes = false, json }: { yes?: boolean; json?: boolean },
  { terminal, signal }: CommandContext,
): Promise<ExitCode> {
  const path = trustedLogsPath(terminal.environment);
  const trusted = await readTrustedLogs(path);
  const keys = place === undefined ? trusted : await keysOf(place);
  if (keys.length === 0 && place !== undefined) throw new AppError("invalid-input", `${place}: there is no key in it`);
  if (place !== undefined && yes) await addTrustedLog(path, keys);
  const known = new Set(trusted.map(formatVerifierKey));
  const shown = keys.map((key) => ({
    origin: key.name,
    kind: key.type === ED25519_TYPE ? "ed25519" : "ml-dsa-44",
    fingerprint: toHex(sha256(utf8(formatVerifierKey(key)))),
    trusted: yes || known.has(formatVerifierKey(key)),
  }));
  if (json) {
    terminal.print(JSON.stringify({ keys: shown }, null, 2));
    return 0;
  }
  for (const { origin, kind, fingerprint } of shown)
    terminal.print(`${origin}  ${kind.padEnd(9)}  sha256 ${fingerprint}`);
  if (shown.length === 0) terminal.print(`no log is trusted: there is nothing in ${path}`);
  else if (shown.every((each) => each.trusted)) terminal.print(`trusted, in ${path}`);
  else
    terminal.print("not trusted yet: compare with what `ketflow trust` shows on the service's machine, then add --yes");
  return 0;

  async function keysOf(from: string): Promise<VerifierKey[]> {
    const text = /^https?:/i.test(from)
      ? await createClient({ url: from }).logKeys({ signal })
      : fromUtf8(await readBytes(from, terminal));
    return parseTrustedLogs(text, from);
  }
}
