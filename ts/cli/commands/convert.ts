import { AppError } from "../../core/errors.ts";
import { loadEngines } from "../../engines/load-engines.ts";
import { type ExitCode, within } from "../failure.ts";
import { readCircuit } from "../read-input.ts";
import type { Terminal } from "../terminal.ts";
import { writeOutput } from "../write-output.ts";

export interface ConvertCommand {
  format?: string;
  to: string;
}

export async function convert(
  file: string,
  out: string,
  flags: ConvertCommand,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<ExitCode> {
  if (flags.to !== "openqasm3")
    throw new AppError("unsupported", `--to ${flags.to}: circuits are written as openqasm3`);
  const { format, source, origin } = await readCircuit(file, flags.format, terminal);
  const engines = await loadEngines({ threads: 1 });
  try {
    const text = await within(origin, () => engines.circuit.toOpenqasm3({ format, source }, { signal }));
    if (out === "-") terminal.print(text.trimEnd());
    else await writeOutput(out, text, terminal);
    return 0;
  } finally {
    await engines.close();
  }
}
