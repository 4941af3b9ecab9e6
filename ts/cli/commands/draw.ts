import { loadEngines } from "../../engines/load-engines.ts";
import { circuitSvg } from "../../pictures/circuit-svg.ts";
import { circuitText } from "../../pictures/circuit-text.ts";
import { type ExitCode, within } from "../failure.ts";
import { wholeNumber } from "../job-body.ts";
import { readCircuit } from "../read-input.ts";
import { type Flags, isOn, readSettings } from "../settings.ts";
import type { Terminal } from "../terminal.ts";
import { writeOutput } from "../write-output.ts";

export interface DrawCommand {
  format?: string;
  svg?: string;
  width?: string;
  all?: boolean;
  json?: boolean;
}

export async function draw(
  file: string,
  flags: DrawCommand,
  settingFlags: Flags,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<ExitCode> {
  const settings = await readSettings(terminal, settingFlags);
  const { format, source, origin } = await readCircuit(file, flags.format, terminal);
  const width = flags.width === undefined ? undefined : wholeNumber("--width", flags.width);
  const engines = await loadEngines({ threads: 1 });
  try {
    const { view, notes } = await within(origin, () => engines.circuit.compile({ format, source }, { signal }));
    for (const note of notes) terminal.complain(`${origin.name}:${note.line}:${note.column}: note: ${note.message}`);
    const { all = false } = flags;
    if (flags.svg !== undefined) {
      const limit = all ? { maxOperations: Number.MAX_SAFE_INTEGER } : {};
      const picture = `${circuitSvg(view, { standalone: true, ...limit, ...(width ? { width } : {}) })}\n`;
      if (flags.svg === "-") terminal.print(picture.trimEnd());
      else await writeOutput(flags.svg, picture, terminal);
    } else if (flags.json) terminal.print(JSON.stringify(view, null, 2));
    else {
      const { color } = terminal;
      terminal.print(circuitText(view, { width: width ?? terminal.width, color, ascii: isOn(settings, "ascii"), all }));
    }
    return 0;
  } finally {
    await engines.close();
  }
}
