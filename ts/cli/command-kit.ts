import type { Command } from "commander";
import type { CommandContext } from "./context.ts";
import type { ExitCode } from "./failure.ts";
import type { Flags } from "./settings.ts";

/** One call of a command. */
export interface Invocation {
  args: readonly string[];
  /** As commander read them. */
  // biome-ignore lint/suspicious/noExplicitAny: what a flag holds is known to the command that defines it alone
  flags: any;
  /** Those that the user gave, without commander's defaults, so that weaker sources can speak. */
  settingFlags: Flags;
  /** With the colours that the flags want. */
  context: CommandContext;
}

/** What defines a command. Its modules are loaded when it is called: start-up is what a user of a shell feels first. */
export interface CommandKit {
  /** @param example without `ketflow` */
  add(name: string, description: string, example: string, parent?: Command): Command;
  /** A command that only has commands, such as `config`: the one that is there, or a new one. */
  group(name: string, description: string): Command;
  /** @param work gives the exit code */
  act(command: Command, work: (invocation: Invocation) => Promise<ExitCode>): void;
}

export function createCommandKit(program: Command, context: CommandContext, end: (code: ExitCode) => void): CommandKit {
  return {
    add: (name, description, example, parent = program) =>
      parent
        .command(name)
        .description(description)
        .addHelpText("after", `\nExample:\n  $ ketflow ${example}`)
        .option("--no-color", "without colours"),
    group: (name, description) =>
      program.commands.find((command) => command.name() === name) ??
      program.command(name).description(description).helpCommand(false),
    act(command, work) {
      command.action(async () => {
        const { color: wantsColor, ...flags } = command.opts();
        const { terminal } = context;
        const isPlain = wantsColor === false || program.opts().color === false;
        const colored = isPlain ? { ...terminal, color: false } : terminal;
        const settingFlags = Object.entries(flags).filter(([name]) => command.getOptionValueSource(name) === "cli");
        end(
          await work({
            args: command.args,
            flags,
            settingFlags: Object.fromEntries(settingFlags),
            context: { ...context, terminal: colored },
          }),
        );
      });
    },
  };
}

export function collect(value: string, before: string[] | undefined): string[] {
  return [...(before ?? []), value];
}

export function commas(value: string): string[] {
  return value.split(",").map((name) => name.trim());
}

/** What is no number is refused with the name of the flag when the settings are resolved. */
export function wholeNumberOf(value: string): number | string {
  return /^\d+$/.test(value) ? Number(value) : value;
}
