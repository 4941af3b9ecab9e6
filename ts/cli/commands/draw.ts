import { type Engines, loadEngines } from "../../engines/load-engines.ts";
import { circuitSvg } from "../../pictures/circuit-svg.ts";
import { circuitText } from "../../pictures/circuit-text.ts";
import type { CircuitInput } from "../../workers/engine-worker.ts";
import { type ExitCode, within } from "../failure.ts";
import { wholeNumber } from "../job-body.ts";
import { type InputFile, onlyCircuit, readBytes, readInput } from "../read-input.ts";
import { resultPicture } from "../result-picture.ts";
import { type Flags, isOn, readSettings } from "../settings.ts";
import type { Terminal } from "../terminal.ts";
import { writeOutput } from "../write-output.ts";

export interface DrawCommand {
  format?: string;
  /** The JSON of the job that had the file as its input. */
  result?: string;
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
  const input = await readInput(file, flags.format, terminal);
  const { origin } = input;
  const width = flags.width === undefined ? undefined : wholeNumber("--width", flags.width);
  const { all = false } = flags;
  if (flags.result !== undefined) {
    const text = new TextDecoder().decode(await readBytes(flags.result, terminal));
    const picture = resultPicture(input, text, flags.result);
    if (flags.svg !== undefined) {
      await writeSvg(flags.svg, picture.svg({ standalone: true, all, ...(width && { width }) }), terminal);
    } else {
      terminal.print(picture.text({ width: width ?? terminal.width, ascii: isOn(settings, "ascii"), all }));
    }
    return 0;
  }
  const engines = await loadEngines({ threads: 1 });
  try {
    const { view, notes } = await within(origin, async () => {
      return engines.circuit.compile(await circuitOf(input, engines, signal), { signal });
    });
    for (const note of notes) terminal.complain(`${origin.name}:${note.line}:${note.column}: note: ${note.message}`);
    if (flags.svg !== undefined) {
      const limit = all ? { maxOperations: Number.MAX_SAFE_INTEGER } : {};
      const picture = circuitSvg(view, { standalone: true, ...limit, ...(width ? { width } : {}) });
      await writeSvg(flags.svg, picture, terminal);
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

async function writeSvg(file: string, picture: string, terminal: Terminal): Promise<void> {
  if (file === "-") terminal.print(picture);
  else await writeOutput(file, `${picture}\n`, terminal);
}

/** Of a hybrid job the circuit that it searches over. */
async function circuitOf(input: InputFile, engines: Engines, signal: AbortSignal): Promise<CircuitInput> {
  const { format, source } = input;
  if (format !== "hybrid-json") return onlyCircuit(input);
  return (await engines.hybrid.view({ format, source }, { signal })).circuit;
}
