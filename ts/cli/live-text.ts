import type { JobChange } from "./job-host.ts";

/** `12:03:04.567  running    attempt 1`, the time as the service's clock has it, in UTC. */
export function changeText({ at, status, data }: JobChange): string {
  const time = /T([\d:.]+)Z$/.exec(at)?.[1] ?? at;
  const facts = Object.entries(data).map(([name, value]) => `${name} ${value}`);
  return `${time}  ${status.padEnd(facts.length > 0 ? 9 : 0)}  ${facts.join(", ")}`.trimEnd();
}
