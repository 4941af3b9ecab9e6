import type { Command } from "commander";
import type { CommandContext } from "./context.ts";
import type { ExitCode } from "./failure.ts";
import type { Flags } from "./settings.ts";

/** Adds `ketflow audit …`: what an operator does with a data folder that no other process has open. */
export function addAuditCommands(
  program: Command,
  { terminal }: CommandContext,
  settingFlags: (command: Command) => Flags,
  end: (code: ExitCode) => void,
): void {
  const audit = program.command("audit").description("check, back up, restore and export a data folder");
  const add = (name: string, description: string, example: string): Command =>
    audit
      .command(name)
      .description(description)
      .addHelpText("after", `\nExample:\n  $ ketflow audit ${example}`)
      .option("--data <dir>", "folder of jobs, log and keys")
      .option("--json", "print one JSON document");
  const load = () => import("./commands/audit.ts");

  const fsck = add("fsck", "compare store, log and receipts with each other", "fsck")
    .option("--repair", "write the log's files anew where the store gives what was signed")
    .action(async (flags) => end(await (await load()).fsck(flags, settingFlags(fsck), terminal)));

  const backup = add("backup", "copy the folder, checked and with a manifest", "backup /mnt/backups/monday")
    .argument("<dir>", "a folder that is new or empty")
    .option("--keys", "also the log's secret keys; whoever has them can sign as this log")
    .action(async (dir: string, flags) =>
      end(await (await load()).backupCommand(dir, flags, settingFlags(backup), terminal)),
    );

  const restore = add("restore", "make a data folder from a backup", "restore /mnt/backups/monday --data restored")
    .argument("<dir>", "the backup")
    .option("--new-origin", "with a new log; older receipts stay valid under the old keys")
    .action(async (dir: string, flags) =>
      end(await (await load()).restoreCommand(dir, flags, settingFlags(restore), terminal)),
    );

  const exported = add("export", "every log entry of a tenant, with opening and proof", "export --out local.ndjson")
    .option("--tenant <id>", "default: local")
    .option("--out <file>", "default: standard output")
    .action(async (flags) => end(await (await load()).exportCommand(flags, settingFlags(exported), terminal)));

  const rotate = add(
    "rotate-keys",
    "new keys for the log, beside the old ones for a while",
    "rotate-keys --overlap-days 30",
  )
    .option("--overlap-days <number>", "how long both sign, default 30; 0 drops the old ones now", (value) =>
      /^\d+$/.test(value) ? Number(value) : value,
    )
    .option("--out <file>", "the event that brings the new keys to verifiers; default log.rotate-key.event.json")
    .action(async (flags) => end(await (await load()).rotateKeysCommand(flags, settingFlags(rotate), terminal)));
}
