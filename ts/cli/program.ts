import type { Command, CommanderError } from "commander";
import type { ErrorInfo } from "../core/errors.ts";
import type { CommandContext } from "./context.ts";
import { type ExitCode, reportFailure } from "./failure.ts";
import type { Flags } from "./settings.ts";
import type { Terminal } from "./terminal.ts";

/**
 * Runs one command line; never throws, never exits.
 *
 * Each command loads its modules when it is called: start-up is what a user of a shell feels first.
 *
 * @param args without the names of node and of the script
 */
export async function runProgram(args: readonly string[], context: CommandContext): Promise<ExitCode> {
  if (args[0] === "--version" || args[0] === "-V") {
    const { version } = await import("./commands/version.ts");
    return version({ json: args.includes("--json") }, context.terminal);
  }
  let code: ExitCode = 0;
  const program = await makeProgram(context, (result) => {
    code = result;
  });
  try {
    await program.parseAsync(args, { from: "user" });
    return code;
  } catch (error) {
    const json = args.includes("--json");
    if (!isCommanderError(error)) return reportFailure(error, context.terminal, json);
    // Help and usage were printed by commander itself, the usage on stderr.
    if (error.exitCode === 0) return 0;
    const info: ErrorInfo = { code: "invalid-input", message: error.message.replace(/^error: /, "") };
    if (json) context.terminal.print(JSON.stringify({ error: info }, null, 2));
    return 2;
  }
}

type StoredJobCommandName = keyof typeof import("./commands/stored-job.ts");

function isCommanderError(error: unknown): error is CommanderError {
  return (
    error instanceof Error && "exitCode" in error && "code" in error && String(error.code).startsWith("commander.")
  );
}

async function makeProgram(context: CommandContext, end: (code: ExitCode) => void): Promise<Command> {
  const { terminal, signal } = context;
  const commander = await import("commander");
  const program = new commander.Command("ketflow");
  const write = (print: (text: string) => void) => (text: string) => print(text.replace(/\n$/, ""));
  program
    .description("Runs quantum circuits and returns, with every result, a receipt that anyone can check and run again.")
    .exitOverride()
    .configureOutput({ writeOut: write(terminal.print), writeErr: write(terminal.complain) })
    .showHelpAfterError("(--help shows the usage)")
    .helpCommand(false)
    .option("--no-color", "without colours; so does the variable NO_COLOR")
    .option("-V, --version", "print the versions of the package and of its engine")
    .addHelpText(
      "after",
      "\nExample:\n  $ ketflow demo\n\nExit codes: 0 ok, 1 the job or the verification failed, 2 usage or bad input, 3 unreachable",
    );

  const add = (name: string, description: string, example: string): Command =>
    program
      .command(name)
      .description(description)
      .addHelpText("after", `\nExample:\n  $ ketflow ${example}`)
      .option("--no-color", "without colours");

  const runCommand = add("run", "run a circuit and keep the receipt", "run bell.qasm --shots 1000 --seed 7")
    .argument("<file>", "OpenQASM 2 or 3, a .job.json, or - for standard input")
    .option("--format <name>", "openqasm2 or openqasm3; found out by default")
    .option("--seed <number>", "0 to 2^53 - 1; a fresh one by default")
    .option("--shots <number>", "default 1024", wholeNumberOf)
    .option("--precision <name>", "f32 or f64 (default)")
    .option("--threads <number>", "threads of the run", wholeNumberOf)
    .option("--input <name=value>", "value of an input parameter; may be repeated", collect)
    .option("--probabilities", "the exact distribution as well")
    .option("--observable <sum>", 'expectation of a Pauli sum such as "0.5*XXI + ZZZ", highest qubit first')
    .option("--amplitudes", "the final state")
    .option("--marginals <qubits>", "distribution of some qubits, such as 0,1; may be repeated", collect)
    .option("--entropy <qubits>", "entropy and purity of some qubits; may be repeated", collect)
    .option("--noise <values>", "such as depolarizing1=0.001,depolarizing2=0.01,readout=0.02")
    .option("--method <name>", "auto (default), statevector or trajectory")
    .option("--target <name>", "back end, or auto (default)")
    .option("--strategy <names>", "strategies that score the back ends, such as balanced,cost-efficient", commas)
    .option("--collapse <rule>", "rule that selects among them, such as best-score")
    .option("--deadline <ms>", "milliseconds from acceptance to the end", wholeNumberOf)
    .option("--max-cost <microusd>", "most that it may cost, in micro-USD", wholeNumberOf)
    .option("--data-class <name>", "public, internal, confidential or restricted")
    .option("--policy <file>", "routing policy; the default allows what is free and on this machine")
    .option("--mock-qpus <file>", "mock QPUs beside the embedded engine")
    .option("--receipt <path>", "where the receipt goes; default: the data folder")
    .option("--data <dir>", "folder of jobs, log and keys")
    .option("--no-cache", "run it even when an equal result is there")
    .option("--explain", "show all candidates and their scores")
    .option("--all", "show everything, however long")
    .option("--ascii", "draw without box characters")
    .option("--json", "print one JSON document");
  runCommand.action(async (file: string, flags) => {
    const { run } = await import("./commands/run.ts");
    end(await run(file, flags, settingFlags(runCommand), { ...context, terminal: colored(flags) }));
  });

  /** A command on a job that is there already: its id is the first argument. */
  const addStored = (name: StoredJobCommandName, description: string, isRun: boolean, example = ""): Command => {
    const stored = add(name, description, `${name} job_01M7Z1AW4Y6SPPFV321W2TNGS2${example}`)
      .argument("<job>", "its id, as run and jobs print it")
      .option("--receipt <path>", "where the receipt goes; default: the data folder")
      .option("--data <dir>", "folder of jobs, log and keys")
      .option("--explain", "show all candidates and their scores")
      .option("--all", "show everything, however long")
      .option("--ascii", "draw without box characters")
      .option("--json", "print one JSON document");
    if (isRun) stored.option("--policy <file>", "as for run").option("--mock-qpus <file>", "as for run");
    return stored.action(async () => {
      const { [name]: answerTo } = await import("./commands/stored-job.ts");
      const colors = { ...context, terminal: colored(stored.opts()) };
      end(await answerTo(stored.args, stored.opts(), settingFlags(stored), colors));
    });
  };
  addStored("execute", "run a job that was only planned, because it has a price", true, " 38dee349…").argument(
    "<plan-hash>",
    "the plan that you agree to",
  );

  const jobsCommand = add("jobs", "list the jobs, newest first", "jobs --status queued")
    .option("--status <name>", "only those in this state, such as queued or failed")
    .option("--limit <number>", "how many; default 20", wholeNumberOf)
    .option("--data <dir>", "folder of jobs, log and keys")
    .option("--json", "print one JSON document");
  jobsCommand.action(async (flags) => {
    const { jobs } = await import("./commands/jobs.ts");
    end(await jobs(flags, settingFlags(jobsCommand), context));
  });
  addStored("watch", "stay with a job to its end, and run it here where nothing else does", true);
  addStored("result", "show again what a job left: result and receipt", false);
  addStored("cancel", "end a job that is not final", false);
  addStored("retry", "submit a job that ended without a result again, with its seed", true);

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
  verify.action(async (file: string, flags) => {
    const { verifyCommand } = await import("./commands/verify.ts");
    const { color: _, ...request } = flags;
    end(await verifyCommand(file, { ...request, signal }, terminal));
  });

  const draw = add("draw", "draw a circuit in the terminal or as SVG", "draw bell.qasm --svg bell.svg")
    .argument("<file>", "OpenQASM 2 or 3, a .job.json, or - for standard input")
    .option("--format <name>", "openqasm2 or openqasm3; found out by default")
    .option("--svg <out>", "write an SVG file; - prints it")
    .option("--width <columns>", "columns of text, or pixels of SVG")
    .option("--ascii", "draw without box characters")
    .option("--all", "show everything, however long")
    .option("--json", "print the circuit as the drawer sees it");
  draw.action(async (file: string, flags) => {
    const { draw: drawCommand } = await import("./commands/draw.ts");
    end(await drawCommand(file, flags, settingFlags(draw), colored(flags), signal));
  });

  add("convert", "write a circuit in another format", "convert old.qasm new.qasm")
    .argument("<in>", "OpenQASM 2 or 3, or - for standard input")
    .argument("<out>", "a file, or - for standard output")
    .option("--format <name>", "of the input; found out by default")
    .option("--to <name>", "openqasm3", "openqasm3")
    .action(async (file: string, out: string, flags) => {
      const { convert } = await import("./commands/convert.ts");
      end(await convert(file, out, flags, terminal, signal));
    });

  const doctor = add("doctor", "look whether everything works here", "doctor")
    .option("--calibrate", "measure this machine, so that predictions fit it; takes about a second")
    .option("--data <dir>", "folder of jobs, log and keys")
    .option("--json", "print one JSON document");
  doctor.action(async (flags) => {
    const { doctor: check } = await import("./commands/doctor.ts");
    end(await check(flags, settingFlags(doctor), context));
  });

  const demo = add("demo", "run a Bell pair and show every step", "demo")
    .option("--data <dir>", "folder of jobs, log and keys")
    .option("--ascii", "draw without box characters");
  demo.action(async (flags) => {
    const { demo: show } = await import("./commands/demo.ts");
    end(await show(settingFlags(demo), { ...context, terminal: colored(flags) }));
  });

  const serve = add("serve", "serve the API to a team", "serve --port 8080")
    .option("--host <address>", "address to listen on; default 127.0.0.1")
    .option("--port <number>", "port to listen on; default 8080", wholeNumberOf)
    .option("--data <dir>", "folder of jobs, log and keys")
    .option("--policy <file>", "policy of tenants that have none of their own")
    .option("--cors-origin <origins>", "web origins whose pages may call the API, such as https://lab.example", commas)
    .option("--mock-qpus <file>", "mock QPUs beside the embedded engine")
    .option("--log-level <name>", "debug, info (default), warn or error");
  serve.action(async () => {
    const { serve: serveUntilStopped } = await import("./commands/serve.ts");
    end(await serveUntilStopped(settingFlags(serve), context));
  });

  const { addAuditCommands } = await import("./audit-program.ts");
  addAuditCommands(program, context, settingFlags, end);

  program
    .command("bench")
    .description("measure the engines on this machine (in a clone of the repository)")
    .addHelpText("after", "\nExample:\n  $ ketflow bench --only brick12")
    .argument("[args...]", "handed to bench/run.mjs")
    .allowUnknownOption()
    .action(async (args: string[]) => {
      const { bench } = await import("./commands/bench.ts");
      end(await bench(args));
    });

  const config = program.command("config").description("settings and where they come from");
  const explain = config
    .command("explain")
    .description("every setting, its value, and the place that set it")
    .addHelpText("after", "\nExample:\n  $ KETFLOW_SHOTS=100 ketflow config explain")
    .option("--data <dir>", "as for run")
    .option("--json", "print one JSON document");
  explain.action(async (flags) => {
    const { configExplain } = await import("./commands/config-explain.ts");
    end(await configExplain(flags, settingFlags(explain), terminal));
  });
  return program;

  function colored({ color }: { color?: boolean }): Terminal {
    return color === false || program.opts().color === false ? { ...terminal, color: false } : terminal;
  }
}

/** Flags that the user gave, without commander's defaults, so that weaker sources can speak. */
function settingFlags(command: Command): Flags {
  const flags = Object.entries(command.opts()).filter(([name]) => command.getOptionValueSource(name) === "cli");
  return Object.fromEntries(flags);
}

function collect(value: string, before: string[] | undefined): string[] {
  return [...(before ?? []), value];
}

function commas(value: string): string[] {
  return value.split(",").map((name) => name.trim());
}

/** What is no number is refused with the name of the flag when the settings are resolved. */
function wholeNumberOf(value: string): number | string {
  return /^\d+$/.test(value) ? Number(value) : value;
}
