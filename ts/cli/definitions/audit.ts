import type { Command } from "commander";
import { type CommandKit, wholeNumberOf } from "../command-kit.ts";

export const AUDIT_ABOUT = "who did what in a service; check, back up, restore and export a data folder";

/** What an operator does with a data folder that no other process has open. */
export function defineAuditCommands({ add, group, act }: CommandKit): void {
  const audit = group("audit", AUDIT_ABOUT);
  const addFor = (name: string, description: string, example: string): Command =>
    add(name, description, `audit ${example}`, audit)
      .option("--data <dir>", "folder of jobs, log and keys")
      .option("--json", "print one JSON document");
  const load = () => import("../commands/audit.ts");

  const fsck = addFor("fsck", "compare store, log and receipts with each other", "fsck").option(
    "--repair",
    "write the log's files anew where the store gives what was signed",
  );
  act(fsck, async ({ flags, settingFlags, context: { terminal } }) =>
    (await load()).fsck(flags, settingFlags, terminal),
  );

  const backup = addFor("backup", "copy the folder, checked and with a manifest", "backup /mnt/backups/monday")
    .argument("<dir>", "a folder that is new or empty")
    .option("--keys", "also the log's secret keys; whoever has them can sign as this log");
  act(backup, async ({ args: [dir = ""], flags, settingFlags, context: { terminal } }) =>
    (await load()).backupCommand(dir, flags, settingFlags, terminal),
  );

  const restore = addFor("restore", "make a data folder from a backup", "restore /mnt/backups/monday --data restored")
    .argument("<dir>", "the backup")
    .option("--new-origin", "with a new log; older receipts stay valid under the old keys");
  act(restore, async ({ args: [dir = ""], flags, settingFlags, context: { terminal } }) =>
    (await load()).restoreCommand(dir, flags, settingFlags, terminal),
  );

  const exported = addFor("export", "every log entry of a tenant, with opening and proof", "export --out local.ndjson")
    .option("--tenant <id>", "default: local")
    .option("--out <file>", "default: standard output");
  act(exported, async ({ flags, settingFlags, context: { terminal } }) =>
    (await load()).exportCommand(flags, settingFlags, terminal),
  );

  const rotate = addFor(
    "rotate-keys",
    "new keys for the log, beside the old ones for a while",
    "rotate-keys --overlap-days 30",
  )
    .option("--overlap-days <number>", "how long both sign, default 30; 0 drops the old ones now", wholeNumberOf)
    .option("--out <file>", "the event that brings the new keys to verifiers; default log.rotate-key.event.json");
  act(rotate, async ({ flags, settingFlags, context: { terminal } }) =>
    (await load()).rotateKeysCommand(flags, settingFlags, terminal),
  );
}
