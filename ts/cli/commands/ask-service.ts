import type { Client } from "../../client.ts";
import type { Invocation } from "../command-kit.ts";
import type { ExitCode } from "../failure.ts";
import { connect } from "../remote.ts";
import { readSettings } from "../settings.ts";

/** What a command asked, as the one JSON document, and for people. */
interface Answer<T> {
  value: T;
  lines(value: T): string[];
}

/** Asks the service one thing and prints it. */
export function asks<T>(ask: (client: Client, call: Invocation) => Promise<Answer<T>>) {
  return async (call: Invocation): Promise<ExitCode> => {
    const { terminal } = call.context;
    const { value, lines } = await ask(await connect(await readSettings(terminal, call.settingFlags)), call);
    if (call.flags.json) terminal.print(JSON.stringify(value, null, 2));
    else for (const line of lines(value)) terminal.print(line);
    return 0;
  };
}
