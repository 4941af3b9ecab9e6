import type { Command } from "commander";
import { type CommandKit, collect, commas, wholeNumberOf } from "../command-kit.ts";

type StoredJobCommandName = keyof typeof import("../commands/stored-job.ts");

const JOB_ID = "job_01M7Z1AW4Y6SPPFV321W2TNGS2";

/** Jobs, from their submission to what they left. */
export function defineJobCommands({ add, act }: CommandKit): void {
  const run = jobFlags(add("run", "run a job and keep the receipt", "run bell.qasm --shots 1000 --seed 7"))
    .option("--policy <file>", "routing policy; the default allows what is free and on this machine")
    .option("--mock-qpus <file>", "mock QPUs beside the embedded engine")
    .option("--receipt <path>", "where the receipt goes; default: the data folder")
    .option("--data <dir>", "folder of jobs, log and keys");
  outputFlags(run);
  act(run, async ({ args: [file = ""], flags, settingFlags, context }) => {
    const { run: runCommand } = await import("../commands/run.ts");
    return runCommand(file, flags, settingFlags, context);
  });

  /** A command on a job that is there already: its id is the first argument. */
  const addStored = (name: StoredJobCommandName, description: string, isRun: boolean, example = ""): Command => {
    const stored = add(name, description, `${name} ${JOB_ID}${example}`)
      .argument(name === "watch" ? "[job]" : "<job>", "its id, as run and jobs print it")
      .option("--receipt <path>", "where the receipt goes; default: the data folder")
      .option("--data <dir>", "folder of jobs, log and keys");
    serviceFlags(outputFlags(stored));
    if (isRun) stored.option("--policy <file>", "as for run").option("--mock-qpus <file>", "as for run");
    act(stored, async ({ args, flags, settingFlags, context }) => {
      const { [name]: answerTo } = await import("../commands/stored-job.ts");
      return answerTo(args, flags, settingFlags, context);
    });
    return stored;
  };
  addStored("execute", "run a job that was only planned, because it has a price", true, " 38dee349…").argument(
    "<plan-hash>",
    "the plan that you agree to",
  );

  const jobs = add("jobs", "list the jobs, newest first", "jobs --status queued")
    .option("--status <name>", "only those in this state, such as queued or failed")
    .option("--limit <number>", "how many; default 20", wholeNumberOf)
    .option("--data <dir>", "folder of jobs, log and keys")
    .option("--json", "print one JSON document");
  serviceFlags(jobs);
  act(jobs, async ({ flags, settingFlags, context }) => {
    const { jobs: listJobs } = await import("../commands/jobs.ts");
    return listJobs(flags, settingFlags, context);
  });
  // Without a job: all of the service's tenant.
  addStored("watch", "stay with a job to its end, and run it here where nothing else does", true);
  addStored("result", "show again what a job left: result and receipt", false);
  addStored("cancel", "end a job that is not final", false);
  addStored("retry", "submit a job that ended without a result again, with its seed", true);
}

/** What a job is made of, besides its file. */
export function jobFlags(command: Command): Command {
  return command
    .argument(
      "<file>",
      "circuit, binary quadratic model, project or shop, .net.json, .onnx, .hybrid.json, .job.json, or - for standard input",
    )
    .option("--format <name>", "such as openqasm3, qubo or net-json; found out by default")
    .option("--seed <number>", "0 to 2^53 - 1; a fresh one by default")
    .option(
      "--shots <number>",
      "of a circuit: default 1024; of a hybrid job for each energy: default 0, exact",
      wholeNumberOf,
    )
    .option("--precision <name>", "f32 or f64 (default)")
    .option("--threads <number>", "threads of the run", wholeNumberOf)
    .option("--input <name=value>", "value of an input parameter; may be repeated", collect)
    .option("--probabilities", "the exact distribution as well")
    .option("--observable <sum>", 'expectation of a Pauli sum such as "0.5*XXI + ZZZ", highest qubit first')
    .option("--gradient", "the derivatives of that expectation by the input parameters")
    .option("--amplitudes", "the final state")
    .option("--marginals <qubits>", "distribution of some qubits, such as 0,1; may be repeated", collect)
    .option("--entropy <qubits>", "entropy and purity of some qubits; may be repeated", collect)
    .option("--noise <values>", "such as depolarizing1=0.001,depolarizing2=0.01,readout=0.02, or JSON")
    .option(
      "--method <name>",
      "auto (default); circuits: statevector, trajectory, density, stabilizer or mps; models: anneal, temper, path-integral, tabu or exact",
    )
    .option("--max-bond <number>", "of a circuit with method mps: its widest bond; default 64", wholeNumberOf)
    .option("--truncation-threshold <number>", "of the same: share of the norm that a cut may drop; default 1e-12")
    .option("--reads <number>", "of a model: runs from random starts; default 64", wholeNumberOf)
    .option("--sweeps <number>", "of a model: passes over its variables in each read; default 1000", wholeNumberOf)
    .option("--time-limit <ms>", "of a model or schedule: end the search with what it has found by then", wholeNumberOf)
    .option("--target-energy <number>", "of a model: end it with the first read that is as good")
    .option("--sense <name>", "of a model: min (default) or max")
    .option("--max-samples <number>", "of a model: distinct samples that are kept; default 100", wholeNumberOf)
    .option("--bound", "of a model: prove what no energy can pass")
    .option("--beta-range <first,last>", "of a model: inverse temperatures; found out by default")
    .option("--initial <values>", "of a model: where every read begins, such as 1,-1,1")
    .option(
      "--objective <name>",
      "of a schedule: makespan (default), total-weighted-tardiness, cost, levelling, or weights such as makespan=1,cost=2",
    )
    .option("--iterations <number>", "of a schedule: schedules that are made; fitting by default", wholeNumberOf)
    .option("--restarts <number>", "of a schedule: most restarts", wholeNumberOf)
    .option(
      "--target-value <number>",
      "of a schedule: end the search with the first one that is as good",
      wholeNumberOf,
    )
    .option("--states <file>", "of a network: a JSON array with a row of numbers per state")
    .option("--optimizer <name>", "of a hybrid job: l-bfgs (default), adam, nelder-mead or spsa")
    .option("--max-iterations <number>", "of a hybrid job: default 200", wholeNumberOf)
    .option("--learning-rate <radians>", "of a hybrid job: default 0.1")
    .option("--tolerance <number>", "of a hybrid job: it ends when the last energies lie this close; default 1e-6")
    .option("--perturbation <radians>", "of a hybrid job with spsa: how far it tries at first; default 0.1")
    .option("--shift-frequencies <name=numbers>", "of a hybrid job: frequencies of an input; may be repeated", collect)
    .option("--layers <number>", "of a QAOA job: default 1", wholeNumberOf)
    .option("--samples <number>", "of a QAOA job: shots of the final sampling; default 1024", wholeNumberOf)
    .option("--target <name>", "back end, or auto (default)")
    .option("--strategy <names>", "strategies that score the back ends, such as balanced,cost-efficient", commas)
    .option("--collapse <rule>", "rule that selects among them, such as best-score")
    .option("--deadline <ms>", "milliseconds from acceptance to the end", wholeNumberOf)
    .option("--max-cost <microusd>", "most that it may cost, in micro-USD", wholeNumberOf)
    .option("--data-class <name>", "public, internal, confidential or restricted")
    .option("--no-cache", "run it even when an equal result is there");
}

/** How what came of a job is shown. */
export function outputFlags(command: Command): Command {
  return command
    .option("--explain", "show all candidates and their scores")
    .option("--all", "show everything, however long")
    .option("--ascii", "draw without box characters")
    .option("--json", "print one JSON document");
}

/** Which service, and who asks it. */
export function serviceFlags(command: Command): Command {
  return command
    .option("--url <url>", "the service; better KETFLOW_URL")
    .option("--api-key <key>", "who you are there; better KETFLOW_API_KEY: others see the flags of a process");
}
