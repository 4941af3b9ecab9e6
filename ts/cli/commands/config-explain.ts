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
    const entries = settings.map(({ name, about }) => {
      const [winner, ...hidden] = resolved.get(name) ?? [];
      return [
        name,
        { value: winner?.value ?? null, source: winner?.source ?? null, place: winner?.place ?? null, hidden, about },
      ];
    });
    terminal.print(JSON.stringify(Object.fromEntries(entries), null, 2));
    return 0;
  }
  const lines = settings.flatMap(({ name, about, fallback }) => {
    const [winner, ...hidden] = resolved.get(name) ?? [];
    const value = winner === undefined ? "not set" : `${shown(winner.value)}  from ${winner.place}`;
    return [
      `${name.padEnd(10)} ${value}`,
      ...hidden.map((each) => `${" ".repeat(10)} hides ${shown(each.value)} from ${each.place}`),
      `${" ".repeat(10)} ${about}; ${fallback === true ? `--no-${name}` : flagName(name)}, ${variableName(name)}`,
    ];
  });
  terminal.print(lines.join("\n"));
  return 0;
}

function shown(value: SettingValue): string {
  return Array.isArray(value) ? value.join(",") : String(value);
}
