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
}
