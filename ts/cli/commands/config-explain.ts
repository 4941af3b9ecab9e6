import { flagName, type SettingValue, variableName } from "../../core/config.ts";
import type { ExitCode } from "../failure.ts";
import { type Flags, readSettings, settingsOf } from "../settings.ts";
import type { Terminal } from "../terminal.ts";

/** Every setting with its value, where it comes from, and what it hides. */
export async function configExplain(
  flags: { json?: boolean },
  settingFlags: Flags,
  terminal: Terminal,
): Promise<ExitCode> {
  const resolved = await readSettings(terminal, settingFlags);
  const settings = settingsOf(terminal.environment);
  if (flags.json) {
    const entries = settings.map(({ name, about, isSecret }) => {
      const masked = (resolved.get(name) ?? []).map((each) => (isSecret ? { ...each, value: "set" } : each));
      const [{ value, source, place } = { value: null, source: null, place: null }, ...hidden] = masked;
      return [name, { value, source, place, hidden, about }];
    });
    terminal.print(JSON.stringify(Object.fromEntries(entries), null, 2));
    return 0;
  }
  const lines = settings.flatMap(({ name, about, fallback, isSecret }) => {
    const shown = ({ value }: { value: SettingValue }): string => (isSecret ? "set" : textOf(value));
    const [winner, ...hidden] = resolved.get(name) ?? [];
    const value = winner === undefined ? "not set" : `${shown(winner)}  from ${winner.place}`;
    return [
      `${name.padEnd(10)} ${value}`,
      ...hidden.map((each) => `${" ".repeat(10)} hides ${shown(each)} from ${each.place}`),
      `${" ".repeat(10)} ${about}; ${fallback === true ? `--no-${name}` : flagName(name)}, ${variableName(name)}`,
    ];
  });
  terminal.print(lines.join("\n"));
  return 0;
}

function textOf(value: SettingValue): string {
  return Array.isArray(value) ? value.join(",") : String(value);
}
