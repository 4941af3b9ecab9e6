import { type CommandKit, wholeNumberOf } from "../command-kit.ts";

/** Networks that are learned rather than given. */
export function defineTrainingCommands({ add, act }: CommandKit): void {
  const train = add("train", "learn a Q-network", "train cart-pole --seed 1 --out cart.net.json")
    .argument("[environment]", "cart-pole, or a JSON file that describes one; not with --resume")
    .option("--out <file>", "where the network goes")
    .option("--options <file>", "JSON with the options of the training")
    .option("--steps <number>", "of the environment; default 50000", wholeNumberOf)
    .option("--seed <number>", "of everything random; a fresh one by default", wholeNumberOf)
    .option("--checkpoint <file>", "keep the state of the training here, also when it is stopped")
    .option("--resume <file>", "go on from a checkpoint")
    .option("--json", "print one JSON document");
  act(train, async ({ args: [environment], flags, context: { terminal, signal } }) => {
    const { train: learn } = await import("../commands/train.ts");
    return learn(environment, flags, terminal, signal);
  });
}
