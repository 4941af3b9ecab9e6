import { open } from "node:fs/promises";
import { resolve } from "node:path";
import type { Check } from "../../audit/checkpoint.ts";
import { fileError } from "../../audit/durable-file.ts";
import { AppError } from "../../core/errors.ts";
import { LOCAL_TENANT, type TenantId } from "../../core/ids.ts";
import type { DataPlace } from "../../server.ts";
import type { ExitCode } from "../failure.ts";
import { dataFolder, type Flags, readSettings } from "../settings.ts";
import type { Terminal } from "../terminal.ts";
import { writeOutput } from "../write-output.ts";

// The operator's commands on a data folder that no other process has open. Each loads the service when it is called.

const DAY_MS = 86_400_000;

async function placeOf(settingFlags: Flags, terminal: Terminal): Promise<DataPlace> {
  const settings = await readSettings(terminal, settingFlags);
  return { dataDir: dataFolder(settings, terminal), environment: terminal.environment };
}

/** A line per check, and exit code 1 when one fails. */
export async function fsck(
  flags: { repair?: boolean; json?: boolean },
  settingFlags: Flags,
  terminal: Terminal,
): Promise<ExitCode> {
  const { checkData } = await import("../../server.ts");
  const place = await placeOf(settingFlags, terminal);
  const checks = await checkData({ ...place, repair: flags.repair === true }).catch((cause: unknown) => {
    throw cause instanceof AppError && cause.code === "conflict" ? needsFolderAlone(cause) : cause;
  });
  const ok = checks.every((check) => check.ok);
  if (flags.json) terminal.print(JSON.stringify({ ok, checks }, null, 2));
  else for (const line of [...checkLines(checks), ok ? "everything holds" : remedy(checks)]) terminal.print(line);
  return ok ? 0 : 1;
}

/** What to do about a service that has to go on. */
function needsFolderAlone(cause: AppError): AppError {
  const remedy =
    "fsck reads a folder that nothing changes meanwhile. While the service runs, `ketflow doctor` checks the log's files, and fsck a copy: " +
    'POST /v1/backups {"keys": true}, restore that to another folder, and check there (docs/operations.md)';
  return new AppError("conflict", `${cause.message}\n${remedy}`, { cause });
}

function checkLines(checks: readonly Check[]): string[] {
  const width = Math.max(...checks.map(({ name }) => name.length));
  return checks.map(({ name, ok, detail }) => `${ok ? "ok  " : "FAIL"}  ${name.padEnd(width)}  ${detail}`);
}

function remedy(checks: readonly Check[]): string {
  const failed = checks.filter((check) => !check.ok).map(({ name }) => name);
  return failed.join() === "tiles"
    ? "the store is whole; --repair writes the log's files anew from it"
    : "not everything holds: keep this folder as it is, and restore a backup elsewhere";
}

export async function backupCommand(
  target: string,
  flags: { keys?: boolean; json?: boolean },
  settingFlags: Flags,
  terminal: Terminal,
): Promise<ExitCode> {
  const { backupData } = await import("../../server.ts");
  const folder = resolve(terminal.workingDirectory, target);
  const manifest = await backupData(await placeOf(settingFlags, terminal), folder, { keys: flags.keys === true });
  const { files, log, keys } = manifest;
  const sizeBytes = files.reduce((sum, file) => sum + file.sizeBytes, 0);
  if (flags.json) {
    terminal.print(JSON.stringify({ folder, files: files.length, sizeBytes, log, keys }, null, 2));
    return 0;
  }
  terminal.print(`${folder}: ${files.length} files, ${sizeBytes} bytes, ${log.size} log entries of ${log.origin}`);
  if (!keys) terminal.print("without the log's secret keys: keep a copy of the keys folder elsewhere, or use --keys");
  return 0;
}

export async function restoreCommand(
  from: string,
  flags: { newOrigin?: boolean; json?: boolean },
  settingFlags: Flags,
  terminal: Terminal,
): Promise<ExitCode> {
  const { restoreData } = await import("../../server.ts");
  const place = await placeOf(settingFlags, terminal);
  const folder = resolve(terminal.workingDirectory, from);
  const { manifest, origin, signedSince } = await restoreData(place, folder, { newOrigin: flags.newOrigin === true });
  const files = manifest.files.length;
  if (flags.json) {
    terminal.print(
      JSON.stringify({ dataDir: place.dataDir, files, origin, keys: manifest.keys, signedSince }, null, 2),
    );
    return 0;
  }
  terminal.print(`${place.dataDir}: ${files} files as backed up at ${manifest.createdAt}, log ${origin}`);
  if (flags.newOrigin) terminal.print(`older receipts stay valid under the keys of ${manifest.log.origin}`);
  else if (!manifest.keys) terminal.print("the backup holds no keys: put the keys folder back before the first start");
  if (signedSince > 0) {
    terminal.complain(
      `this machine has signed ${signedSince} entries since that backup, so the folder will not open: ` +
        "restore a newer backup, or this one with --new-origin",
    );
  }
  return 0;
}

export async function exportCommand(
  flags: { tenant?: string; out?: string; json?: boolean },
  settingFlags: Flags,
  terminal: Terminal,
): Promise<ExitCode> {
  const { exportData } = await import("../../server.ts");
  const tenant = (flags.tenant ?? LOCAL_TENANT) as TenantId;
  const place = await placeOf(settingFlags, terminal);
  if (flags.out === undefined) {
    await exportData(place, tenant, (line) => terminal.print(line.trimEnd()));
    return 0;
  }
  const path = resolve(terminal.workingDirectory, flags.out);
  // For its owner alone: it opens the commitments of the log to whoever reads it.
  const file = await open(path, "w", 0o600).catch((cause: unknown) => {
    throw fileError(cause, path);
  });
  try {
    const lines = await exportData(place, tenant, (line) => file.appendFile(line));
    terminal.print(flags.json ? JSON.stringify({ path, tenant, lines }) : `${path}: ${lines} entries of ${tenant}`);
  } finally {
    await file.close();
  }
  return 0;
}

export async function rotateKeysCommand(
  flags: { overlapDays?: number | string; out?: string; json?: boolean },
  settingFlags: Flags,
  terminal: Terminal,
): Promise<ExitCode> {
  const days = flags.overlapDays ?? 30;
  if (typeof days !== "number" || days > 3650) {
    throw new AppError("invalid-input", `--overlap-days: expected a whole number from 0 to 3650, got '${days}'`);
  }
  const { rotateKeys } = await import("../../server.ts");
  const { origin, overlapUntil, eventFile } = await rotateKeys(await placeOf(settingFlags, terminal), days * DAY_MS);
  const until = new Date(overlapUntil).toISOString();
  const out = flags.out ?? "log.rotate-key.event.json";
  await writeOutput(out, eventFile, terminal, 0o600);
  if (flags.json) terminal.print(JSON.stringify({ origin, overlapUntil: until, eventFile: out }, null, 2));
  else terminal.print(`${origin}: new keys sign beside the old ones until ${until}; ${out} brings them to verifiers`);
  return 0;
}
