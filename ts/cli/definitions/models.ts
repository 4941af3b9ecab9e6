import type { Command } from "commander";
import type { CommandKit, Invocation } from "../command-kit.ts";
import type { ExitCode } from "../failure.ts";
import { serviceFlags } from "./jobs.ts";

type Asks = keyof typeof import("../commands/models.ts");

/** Which language models a service can call. */
export function defineModelCommands({ add, group, act }: CommandKit): void {
  const asks = (command: Command, name: Asks): Command => {
    serviceFlags(command).option("--json", "print one JSON document");
    act(command, async (invocation: Invocation): Promise<ExitCode> => {
      const { [name]: answerTo } = await import("../commands/models.ts");
      return answerTo(invocation);
    });
    return command;
  };

  const models = group("models", "language models: who has them, and which router chooses");
  asks(add("list", "list the names that a chat call may ask for", "models list", models), "listModels");
  asks(add("providers", "list the providers and their models", "models providers", models), "listProviders");
  asks(add("set-provider", "add or replace a provider", "models set-provider local ollama.json", models), "setProvider")
    .argument("<name>", "small letters, digits and hyphens")
    .argument("<file>", "JSON, or -; see docs/models.md")
    .option("--key-env <variable>", "the environment variable that holds its API key");
  asks(
    add("remove-provider", "remove a provider and its key", "models remove-provider local", models),
    "removeProvider",
  ).argument("<name>", "its name");
  asks(add("router", "show which router is in force", "models router", models), "getRouter");
  asks(
    add("set-router", "let a fitted router choose for ketflow/auto", "models set-router router.json", models),
    "setRouter",
  ).argument("<file>", "what route fit wrote, or -");
  asks(add("remove-router", "let price alone choose again", "models remove-router", models), "removeRouter");
}
