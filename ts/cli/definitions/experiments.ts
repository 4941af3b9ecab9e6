import type { Command } from "commander";
import { type CommandKit, type Invocation, wholeNumberOf } from "../command-kit.ts";
import type { ExitCode } from "../failure.ts";
import { serviceFlags } from "./jobs.ts";

type Asks = keyof typeof import("../commands/experiments.ts");

/** Which way of routing calls or jobs is better, by the calls and jobs themselves. */
export function defineExperimentCommands({ add, group, act }: CommandKit): void {
  const asks = (command: Command, name: Asks): Command => {
    serviceFlags(command).option("--json", "print one JSON document");
    act(command, async (invocation: Invocation): Promise<ExitCode> => {
      const { [name]: answerTo } = await import("../commands/experiments.ts");
      return answerTo(invocation);
    });
    return command;
  };

  asks(add("analytics", "show what became of calls and jobs", "analytics --by backend,model"), "showAnalytics")
    .option("--from <time>", "RFC 3339 in UTC; a day ago by default")
    .option("--to <time>", "now by default")
    .option("--bucket <width>", "5m, 1h, 1d, or all: one for the span", "all")
    .option("--by <names>", "of source, strategy, backend, model, with commas", "source,backend,model");

  const experiments = group("experiments", "ways of routing calls or jobs, compared on them");
  asks(
    add("create", "begin an experiment", "experiments create cheaper.json", experiments),
    "createExperiment",
  ).argument("<file>", "JSON, or -; see docs/experiments.md");
  asks(add("list", "list the experiments, newest first", "experiments list", experiments), "listExperiments").option(
    "--limit <number>",
    "how many; default 50",
    wholeNumberOf,
  );
  asks(add("show", "show what can be said of the arms now", "experiments show cheaper", experiments), "getExperiment")
    .argument("<name>", "its name")
    .option("--version <number>", "an earlier version", wholeNumberOf);
  asks(add("stop", "route as without it again", "experiments stop cheaper", experiments), "stopExperiment").argument(
    "<name>",
    "its name",
  );
  asks(
    add("outcome", "tell what the answer of a call was worth", "experiments outcome evt_… 0.8", experiments),
    "setOutcome",
  )
    .argument("<decision>", "the header Ketflow-Decision of the answer")
    .argument("<quality>", "0 to 1");
}
