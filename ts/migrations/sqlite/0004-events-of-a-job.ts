import type { Migration } from "./migration.ts";

export const eventsOfAJobMigration: Migration = {
  version: 4,
  sql: `
-- The stream of one job begins with its first event, wherever that stands among its tenant's.
create index events_of_a_job on events (job_id);
`,
};
