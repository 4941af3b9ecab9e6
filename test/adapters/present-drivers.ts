import { DRIVERS, type LoadedDriver, loadDriver } from "../../ts/adapters/sqlite/drivers.ts";

/** The drivers of SQLite that this machine has: libsql always, node:sqlite with Node 22 and 24. */
export async function presentDrivers(): Promise<LoadedDriver[]> {
  const loaded = await Promise.allSettled(DRIVERS.map((name) => loadDriver([name])));
  return loaded.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
}
