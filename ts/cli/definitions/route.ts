import { type CommandKit, wholeNumberOf } from "../command-kit.ts";

/** Routing between language models, learned and judged from files. */
export function defineRouteCommands({ add, group, act }: CommandKit): void {
  const route = group("route", "learn which model answers which prompts well, and judge it");
  const fit = add("fit", "learn a router from examples", "route fit train.jsonl.gz --out router.json", route)
    .argument("<data>", "JSON lines, perhaps gzipped; - for standard input")
    .requiredOption("--out <file>", "where the router goes; - prints it")
    .option("--seed <number>", "of the order of learning; default 0", wholeNumberOf);
  act(fit, async ({ args: [file = ""], flags, context: { terminal } }) => {
    const { routeFit } = await import("../commands/route.ts");
    return routeFit(file, flags, terminal);
  });

  const evaluate = add("evaluate", "what a router gains on examples", "route evaluate examples.jsonl.gz", route)
    .argument("<data>", "JSON lines, perhaps gzipped; - for standard input")
    .option("--model <file>", "a router of route fit; without it, each fifth of the data is judged by the other four")
    .option("--train <data>", "with --model: what the rival, kNN + ridge, learns from")
    .option("--seed <number>", "of folds and resamples; default 0", wholeNumberOf)
    .option("--json", "print one JSON document");
  act(evaluate, async ({ args: [file = ""], flags, context: { terminal } }) => {
    const { routeEvaluate } = await import("../commands/route.ts");
    return routeEvaluate(file, flags, terminal);
  });

  const online = add("simulate", "how the online learner does on examples", "route simulate examples.jsonl.gz", route)
    .argument("<data>", "JSON lines, perhaps gzipped; - for standard input")
    .option("--model <file>", "its prior, a router of route fit; without it, one that is fitted to a fifth of the data")
    .option("--runs <number>", "orders of the requests; default 5", wholeNumberOf)
    .option("--seed <number>", "of orders and draws; default 0", wholeNumberOf)
    .option("--json", "print one JSON document");
  act(online, async ({ args: [file = ""], flags, context: { terminal } }) => {
    const { routeSimulate } = await import("../commands/route-online.ts");
    return routeSimulate(file, flags, terminal);
  });

  const judge = add(
    "judge",
    "is a router better than what decides now",
    "route judge decisions.jsonl --candidate new.json",
    route,
  )
    .argument("<decisions>", "JSON lines of prompt, model, chance, quality, perhaps gzipped; - for standard input")
    .requiredOption("--candidate <file>", "a router of route fit that has not learned from these decisions")
    .option("--against <router>", "another router, or the name of a model; default: the best single model")
    .option("--json", "print one JSON document");
  act(judge, async ({ args: [file = ""], flags, context: { terminal } }) => {
    const { routeJudge } = await import("../commands/route-online.ts");
    return routeJudge(file, flags, terminal);
  });
}
