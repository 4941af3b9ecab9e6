import { jobsMigration } from "./0001-jobs.ts";
import { auditEventsMigration } from "./0002-audit-events.ts";
import { tenancyMigration } from "./0003-tenancy.ts";
import { eventsOfAJobMigration } from "./0004-events-of-a-job.ts";
import { modelProvidersMigration } from "./0005-model-providers.ts";
import { experimentsAnalyticsMigration } from "./0006-experiments-analytics.ts";
import { deletedTenantsMigration } from "./0007-deleted-tenants.ts";
import type { Migration } from "./migration.ts";

/** The schema of the embedded store, oldest step first. TypeScript, not .sql, so that it travels with the built package. */
export const SQLITE_MIGRATIONS: readonly Migration[] = [
  jobsMigration,
  auditEventsMigration,
  tenancyMigration,
  eventsOfAJobMigration,
  modelProvidersMigration,
  experimentsAnalyticsMigration,
  deletedTenantsMigration,
];
