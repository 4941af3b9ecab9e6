import { type CommandKit, collect } from "../command-kit.ts";

/** What reads a circuit or a receipt and needs no jobs. */
export function defineCircuitCommands({ add, act }: CommandKit): void {
  const verify = add("verify", "check a receipt offline", "verify job.receipt.json --rerun")
    .argument("<receipt>", "a .receipt.json, an .event.json or an export of them, or - for standard input")
    .option(
      "--log-key <key>",
      "a verifier key or a file of them, instead of the trusted logs; may be repeated",
      collect,
    )
    .option("--rerun", "run it again, past every cache, and compare the bytes")
    .option("--input-file <file>", "the input, where the receipt does not hold it")
    .option("--engine <path>", "folder of the release of ketflow that made it, or a file with its WASM")
    .option("--json", "print one JSON document");
  act(verify, async ({ args: [file = ""], flags, context: { terminal, signal } }) => {
    const { verifyCommand } = await import("../commands/verify.ts");
    return verifyCommand(file, { ...flags, signal }, terminal);
  });

  const draw = add(
    "draw",
    "draw a circuit, or a job's result, in the terminal or as SVG",
    "draw bell.qasm --svg bell.svg",
  )
    .argument("<file>", "OpenQASM 2 or 3, a .job.json, or - for standard input; with --result any job's input")
    .option("--result <file>", "draw the schedule, tour or colouring in this output of run --json")
    .option("--format <name>", "openqasm2, openqasm3 or ionq-json; found out by default")
    .option("--svg <out>", "write an SVG file; - prints it")
    .option("--width <columns>", "columns of text, or pixels of SVG")
    .option("--ascii", "draw without box characters")
    .option("--all", "show everything, however long")
    .option("--json", "print the circuit as the drawer sees it");
  act(draw, async ({ args: [file = ""], flags, settingFlags, context: { terminal, signal } }) => {
    const { draw: drawCommand } = await import("../commands/draw.ts");
    return drawCommand(file, flags, settingFlags, terminal, signal);
  });

  const convert = add("convert", "write a circuit in another format", "convert old.qasm new.qasm")
    .argument("<in>", "OpenQASM 2 or 3, IonQ's JSON, or - for standard input")
    .argument("<out>", "a file, or - for standard output")
    .option("--format <name>", "of the input; found out by default")
    .option("--to <name>", "openqasm3 or ionq-json; by default what the name of <out> says");
  act(convert, async ({ args: [file = "", out = ""], flags, context: { terminal, signal } }) => {
    const { convert: convertCommand } = await import("../commands/convert.ts");
    return convertCommand(file, out, flags, terminal, signal);
  });
}
