import { AppError } from "../../core/errors.ts";
import { loadEngines } from "../../engines/load-engines.ts";
import { type ExitCode, within } from "../failure.ts";
import { readCircuit } from "../read-input.ts";
import type { Terminal } from "../terminal.ts";
import { writeOutput } from "../write-output.ts";

export interface ConvertCommand {
  format?: string;
  to?: string;
}

/** A name that ends in `.json` asks for IonQ's JSON, every other one for OpenQASM 3. */
function target(out: string, to: string | undefined): "openqasm3" | "ionq-json" {
  if (to === undefined) return out.toLowerCase().endsWith(".json") ? "ionq-json" : "openqasm3";
  if (to === "openqasm3" || to === "ionq-json") return to;
  throw new AppError("unsupported", `--to ${to}: circuits are written as openqasm3 or ionq-json`);
}

export async function convert(
  file: string,
  out: string,
  flags: ConvertCommand,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<ExitCode> {
  const wanted = target(out, flags.to);
  const { format, source, origin } = await readCircuit(file, flags.format, terminal);
  const engines = await loadEngines({ threads: 1 });
  try {
    const { circuit } = engines;
    const text = await within(origin, () =>
      wanted === "ionq-json"
        ? circuit.toIonqJson({ format, source }, { signal })
        : circuit.toOpenqasm3({ format, source }, { signal }),
    );
    if (out === "-") terminal.print(text.trimEnd());
    else await writeOutput(out, text, terminal);
    return 0;
  } finally {
    await engines.close();
  }
}
