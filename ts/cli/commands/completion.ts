import type { Command } from "commander";
import { AppError } from "../../core/errors.ts";
import { ROLES } from "../../models/access.ts";
import { BUCKETS } from "../../models/analytics.ts";
import { AUDIT_ACTIONS } from "../../models/audit.ts";
import { CIRCUIT_FORMATS } from "../../models/circuit.ts";
import { METHODS } from "../../models/circuit-methods.ts";
import { COLLAPSE_RULES, DATA_CLASSES, JOB_STATES, STRATEGIES } from "../../models/job.ts";

/** A command as a shell completes it. */
interface Entry {
  /** `` for the program, `config explain` for a command of a command. */
  path: string;
  commands: Word[];
  flags: Word[];
}

interface Word {
  text: string;
  about: string;
}

const SHELLS = ["bash", "zsh", "fish"] as const;
type Shell = (typeof SHELLS)[number];

/** The values of flags that have few, the same in every command that has the flag. */
const VALUES: Readonly<Record<string, readonly string[]>> = {
  "--format": CIRCUIT_FORMATS,
  "--precision": ["f32", "f64"],
  "--method": METHODS,
  "--strategy": STRATEGIES,
  "--collapse": COLLAPSE_RULES,
  "--data-class": DATA_CLASSES,
  "--status": [...JOB_STATES, "active", "suspended"],
  "--role": ROLES,
  "--action": AUDIT_ACTIONS,
  "--bucket": Object.keys(BUCKETS),
};

/** @throws {AppError} `invalid-input` for another shell */
export function knownShell(name: string | undefined): Shell {
  const shell = SHELLS.find((each) => each === name);
  if (shell === undefined)
    throw new AppError("invalid-input", `completion ${name}: the shells are ${SHELLS.join(", ")}`);
  return shell;
}

/** A script that completes the program's commands, flags and their values; everything else is a file. */
export function completionScript(program: Command, shell: Shell): string {
  const entries = entriesOf(program, "");
  return { bash: bashScript, zsh: zshScript, fish: fishScript }[shell](program.name(), entries);
}

function entriesOf(command: Command, path: string): Entry[] {
  const help = command.createHelp();
  const own: Entry = {
    path,
    commands: help.visibleCommands(command).map((each) => ({ text: each.name(), about: each.description() })),
    flags: help.visibleOptions(command).map((each) => ({ text: each.long ?? each.flags, about: each.description })),
  };
  return [own, ...command.commands.flatMap((each) => entriesOf(each, `${path} ${each.name()}`.trim()))];
}

const texts = (words: readonly Word[]): string => words.map(({ text }) => text).join(" ");

function valueCases(indent: string): string {
  return Object.entries(VALUES)
    .map(([flag, values]) => `${indent}${flag}) words="${values.join(" ")}" ;;`)
    .join("\n");
}

/** The longest known command that the line begins with, in `$at`; flags and arguments between are passed over. */
function walk(entries: readonly Entry[], line: string): string {
  const known = entries.filter(({ path }) => path !== "").map(({ path }) => `"${path}"`);
  return `  for word in ${line}; do
    case "\${at:+$at }$word" in
      ${known.join("|")}) at="\${at:+$at }$word" ;;
    esac
  done`;
}

function bashScript(name: string, entries: readonly Entry[]): string {
  const cases = entries.map(
    ({ path, commands, flags }) => `    "${path}") commands="${texts(commands)}"; flags="${texts(flags)}" ;;`,
  );
  return `# source <(${name} completion bash)
_${name}() {
  local current=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} at="" word words="" commands="" flags=""
${walk(entries, `"\${COMP_WORDS[@]:1:COMP_CWORD-1}"`)}
  case "$at" in
${cases.join("\n")}
  esac
  words=$commands
  [[ $current == -* ]] && words=$flags
  case "$before" in
${valueCases("    ")}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _${name} ${name}`;
}

function zshScript(name: string, entries: readonly Entry[]): string {
  const describe = ({ text, about }: Word): string => `'${text.replaceAll(":", "\\\\:")}:${quoted(about)}'`;
  const cases = entries.map(
    ({ path, commands, flags }) =>
      `    "${path}") commands=(${commands.map(describe).join(" ")}); flags=(${flags.map(describe).join(" ")}) ;;`,
  );
  return `#compdef ${name}
# source <(${name} completion zsh)
_${name}() {
  local at="" word words_of_flag=""
  local -a commands flags
  local before=\${words[CURRENT-1]}
${walk(entries, `"\${(@)words[2,CURRENT-1]}"`)}
  case "$at" in
${cases.join("\n")}
  esac
  case "$before" in
${valueCases("    ").replaceAll("words=", "words_of_flag=")}
  esac
  if [[ -n $words_of_flag ]]; then compadd -- \${=words_of_flag}
  elif [[ $PREFIX == -* ]]; then _describe flag flags
  elif (( \${#commands} )); then _describe command commands
  else _files
  fi
}
compdef _${name} ${name}`;
}

function fishScript(name: string, entries: readonly Entry[]): string {
  const lines = entries.flatMap(({ path, commands, flags }) => {
    const here = `-n "__${name}_at '${path}'"`;
    return [
      ...(commands.length > 0 ? [`complete -c ${name} ${here} -f`] : []),
      ...commands.map(({ text, about }) => `complete -c ${name} ${here} -a ${text} -d '${quoted(about, "\\'")}'`),
      ...flags.map(({ text, about }) => {
        const values = VALUES[text] ? ` -x -a "${VALUES[text].join(" ")}"` : "";
        return `complete -c ${name} ${here} -l ${text.replace(/^--/, "")}${values} -d '${quoted(about, "\\'")}'`;
      }),
    ];
  });
  const known = entries.filter(({ path }) => path !== "").map(({ path }) => `'${path}'`);
  return `# ${name} completion fish | source
function __${name}_at
  set -l at ''
  for word in (commandline -opc)[2..]
    set -l longer (string trim "$at $word")
    contains -- "$longer" ${known.join(" ")}; and set at $longer
  end
  test "$at" = "$argv[1]"
end
${lines.join("\n")}`;
}

function quoted(text: string, quote = "'\\''"): string {
  return text.replaceAll("\\", "\\\\").replaceAll("'", quote);
}
