import type { Command } from "commander";
import { type CommandKit, commas, type Invocation, wholeNumberOf } from "../command-kit.ts";
import type { ExitCode } from "../failure.ts";
import { AUDIT_ABOUT } from "./audit.ts";
import { jobFlags, outputFlags, serviceFlags } from "./jobs.ts";

type ServiceJobCommandName = "approve" | "pause" | "resume" | "remove" | "receipt";
type Asks = keyof typeof import("../commands/administration.ts");

const JOB_ID = "job_01M7Z1AW4Y6SPPFV321W2TNGS2";
const JSON_FLAG = ["--json", "print one JSON document"] as const;

/** What only a service can do. */
export function defineServiceCommands(kit: CommandKit): void {
  const { add, act } = kit;
  for (const name of ["submit", "plan"] as const) {
    const does =
      name === "submit" ? "hand a job to the service" : "have the service plan a job: route, price, approvals";
    const command = serviceFlags(
      jobFlags(add(name, does, `${name} bell.qasm --shots 1000 --url http://localhost:8080`)),
    )
      .option("--idempotency-key <key>", "the same key with the same job is the same job; a fresh one by default")
      .option("--receipt <path>", "stay to the end, and save the receipt there");
    if (name === "submit") command.option("--wait", "stay to the end, and show what run shows");
    outputFlags(command);
    act(command, async ({ args: [file = ""], flags, settingFlags, context }) => {
      const commands = await import("../commands/submit.ts");
      return commands[name](file, flags, settingFlags, context);
    });
  }

  const addForJob = (name: string, does: string, work: ServiceJobCommandName, example = ""): Command => {
    const command = serviceFlags(add(name, does, `${name} ${JOB_ID}${example}`))
      .argument("<job>", "its id")
      .option(...JSON_FLAG);
    act(command, async ({ args: [job = ""], flags, settingFlags, context }) => {
      const { [work]: answerTo } = await import("../commands/service-jobs.ts");
      return answerTo(job, flags, settingFlags, context);
    });
    return command;
  };
  addForJob("approve", "approve a job of somebody else that waits for it", "approve");
  addForJob("pause", "take a job out of the queue", "pause");
  addForJob("resume", "put a paused job back into the queue", "resume");
  addForJob("delete", "delete a job that has ended, with its input and result", "remove");
  addForJob("receipt", "fetch the receipt of a job that has ended", "receipt", " -o bell.receipt.json").option(
    "-o, --output <file>",
    "where it goes; default: standard output",
  );
  defineAdministration(kit);

  const trust = add("trust", "show the keys of a log, and trust it", "trust http://localhost:8080")
    .argument("[place]", "URL of a service, a file with verifier keys, or -; without it, the logs that are trusted")
    .option("--yes", "trust them from now on")
    .option(...JSON_FLAG);
  act(trust, async ({ args: [place], flags, context }) => {
    const { trust: show } = await import("../commands/trust.ts");
    return show(place, flags, context);
  });
}

function defineAdministration({ add, group, act }: CommandKit): void {
  const asks = (command: Command, name: Asks): Command => {
    serviceFlags(command).option(...JSON_FLAG);
    act(command, async (invocation: Invocation): Promise<ExitCode> => {
      const { [name]: answerTo } = await import("../commands/administration.ts");
      return answerTo(invocation);
    });
    return command;
  };

  asks(add("backends", "list the back ends of the service", "backends"), "listBackends");
  asks(add("usage", "show what the tenant uses of its quotas", "usage"), "usage");

  const tenants = group("tenants", "the tenants of a service, for its administrator");
  asks(add("list", "list the tenants", "tenants list", tenants), "listTenants");
  quotaFlags(asks(add("create", "create a tenant", "tenants create acme --name 'Acme Labs'", tenants), "createTenant"))
    .argument("<id>", "small letters, digits and hyphens")
    .option("--name <text>", "for people");
  quotaFlags(asks(add("update", "change a tenant", "tenants update acme --status suspended", tenants), "updateTenant"))
    .argument("<id>", "its id")
    .option("--name <text>", "for people")
    .option("--status <name>", "active or suspended");
  asks(add("delete", "delete a tenant", "tenants delete acme", tenants), "deleteTenant").argument("<id>", "its id");

  const keys = group("keys", "API keys of your tenant, or of any for the administrator");
  const ofTenant = (command: Command): Command => command.option("--tenant <id>", "of this tenant instead of your own");
  ofTenant(asks(add("list", "list the keys, without their secrets", "keys list", keys), "listKeys"));
  ofTenant(asks(add("create", "create a key", "keys create ci --role member", keys), "createKey"))
    .argument("<name>", "for people")
    .requiredOption("--role <name>", "admin, operator, member or auditor")
    .option("--scope <names>", "less than the role may do, such as jobs:read,jobs:write", commas)
    .option("--owner <id>", "the person behind it: nobody approves what they asked for")
    .option("--expires <time>", "RFC 3339 in UTC; default: never");
  ofTenant(
    asks(add("rotate", "replace a key; the old one works on for a while", "keys rotate key_1", keys), "rotateKey"),
  )
    .argument("<id>", "its id")
    .option("--overlap <ms>", "how long both work; default: a day", wholeNumberOf);
  ofTenant(asks(add("revoke", "revoke a key at once", "keys revoke key_1", keys), "revokeKey")).argument(
    "<id>",
    "its id",
  );

  const policy = group("policy", "the rules of your tenant");
  asks(add("get", "print the policy in force", "policy get", policy), "getPolicy");
  asks(add("set", "replace the policy", "policy set policy.json", policy), "setPolicy").argument(
    "<file>",
    "JSON, or -",
  );
  asks(add("versions", "list the policies so far, newest first", "policy versions", policy), "listPolicies");
  asks(add("preview", "show what a policy would have decided", "policy preview policy.json", policy), "previewPolicy")
    .argument("<file>", "JSON, or -")
    .option("--jobs <number>", "how many of the latest jobs; default 20", wholeNumberOf);

  const audit = group("audit", AUDIT_ABOUT);
  asks(add("search", "list events, newest first", "audit search --action policy.set", audit), "searchAudit")
    .option("--action <name>", "such as key.create")
    .option("--actor <id>", "id of a key")
    .option("--subject <id>", "id of what it was done to")
    .option("--from <time>", "RFC 3339 in UTC")
    .option("--to <time>", "not included")
    .option("--limit <number>", "how many; default 50", wholeNumberOf);
  asks(add("get", "print one event", "audit get evt_01M7Z1AW4Y6SPPFV321W2TNGS2", audit), "getEvent").argument(
    "<id>",
    "its id",
  );
}

function quotaFlags(command: Command): Command {
  return command
    .option("--jobs-in-flight <number>", "jobs that are not final", wholeNumberOf)
    .option("--jobs-per-minute <number>", "jobs in a minute", wholeNumberOf)
    .option("--compute-seconds <number>", "engine time in a day", wholeNumberOf)
    .option("--cost <microusd>", "price of what ran in a day, in micro-USD", wholeNumberOf);
}
