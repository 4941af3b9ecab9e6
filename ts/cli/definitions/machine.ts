import { type CommandKit, commas, wholeNumberOf } from "../command-kit.ts";
import { serviceFlags } from "./jobs.ts";

/** This machine: what works here, what it serves, how fast it is, what is set. */
export function defineMachineCommands({ add, group, act }: CommandKit): void {
  const doctor = add("doctor", "look whether everything works here", "doctor")
    .option("--calibrate", "measure this machine, so that predictions fit it; takes about a second")
    .option("--data <dir>", "folder of jobs, log and keys")
    .option("--json", "print one JSON document");
  act(doctor, async ({ flags, settingFlags, context }) => {
    const { doctor: check } = await import("../commands/doctor.ts");
    return check(flags, settingFlags, context);
  });

  const demo = add("demo", "run a Bell pair and show every step", "demo")
    .option("--data <dir>", "folder of jobs, log and keys")
    .option("--ascii", "draw without box characters");
  act(demo, async ({ settingFlags, context }) => {
    const { demo: show } = await import("../commands/demo.ts");
    return show(settingFlags, context);
  });

  const serve = add("serve", "serve the API to a team", "serve --port 8080")
    .option("--host <address>", "address to listen on; default 127.0.0.1")
    .option("--port <number>", "port to listen on; default 8080", wholeNumberOf)
    .option("--data <dir>", "folder of jobs, log and keys")
    .option("--policy <file>", "policy of tenants that have none of their own")
    .option("--model-origin <origins>", "of language models of your own, such as http://127.0.0.1:11434", commas)
    .option("--answer-memory-bytes <number>", "of answers that are kept; default 67108864, 0: none", wholeNumberOf)
    .option("--redis-url <url>", "keeps them, too; better KETFLOW_REDIS_URL, which no list of processes shows")
    .option("--cors-origin <origins>", "web origins whose pages may call the API, such as https://lab.example", commas)
    .option("--mock-qpus <file>", "mock QPUs beside the embedded engine")
    .option("--log-level <name>", "debug, info (default), warn or error");
  act(serve, async ({ settingFlags, context }) => {
    const { serve: serveUntilStopped } = await import("../commands/serve.ts");
    return serveUntilStopped(settingFlags, context);
  });

  const fidelity = add(
    "fidelity",
    "measure how well a back end's gates and readouts act, by mirror circuits",
    "fidelity mock-lab --mock-qpus lab.json",
  )
    .argument("<backend>", "its id")
    .option("--qubits <number>", "the first so many; default 2", wholeNumberOf)
    .option("--circuits <number>", "of each length; default 12", wholeNumberOf)
    .option("--circuit-shots <number>", "of each circuit; default 1000", wholeNumberOf)
    .option("--max-layers <number>", "the most in one direction, a power of two; default 512", wholeNumberOf)
    .option("--seed <number>", "of circuits and shots; drawn when absent", wholeNumberOf)
    .option("--execute", "agree to the price of the circuits")
    .option("--save", "have routing read what was found instead of what the back end declares")
    .option("--policy <file>", "as for run")
    .option("--mock-qpus <file>", "as for run")
    .option("--data <dir>", "folder of jobs, log and keys")
    .option("--json", "print one JSON document");
  serviceFlags(fidelity);
  act(fidelity, async ({ args: [backend = ""], flags, settingFlags, context }) => {
    const { fidelity: measure } = await import("../commands/fidelity.ts");
    return measure(backend, flags, settingFlags, context);
  });

  const bench = add(
    "bench",
    "measure the engines on this machine (in a clone of the repository)",
    "bench --only brick12",
  )
    .argument("[args...]", "handed to bench/run.mjs")
    .allowUnknownOption();
  act(bench, async ({ args }) => {
    const { bench: measure } = await import("../commands/bench.ts");
    return measure([...args]);
  });

  const completion = add("completion", "print a script that completes commands and flags", "completion bash").argument(
    "<shell>",
    "bash, zsh or fish",
  );
  act(completion, async ({ args: [shell], context: { terminal } }) => {
    const { completionScript, knownShell } = await import("../commands/completion.ts");
    terminal.print(completionScript(completion.parent ?? completion, knownShell(shell)));
    return 0;
  });

  const config = group("config", "settings and where they come from");
  const explain = add("explain", "every setting, its value, and the place that set it", "config explain --json", config)
    .option("--data <dir>", "as for run")
    .option("--json", "print one JSON document");
  act(explain, async ({ flags, settingFlags, context: { terminal } }) => {
    const { configExplain } = await import("../commands/config-explain.ts");
    return configExplain(flags, settingFlags, terminal);
  });
}
