import type { Migration } from "./migration.ts";

export const deletedTenantsMigration: Migration = {
  version: 7,
  sql: `
-- In the transaction that deletes the tenant, so that no key of its providers outlives it.
create trigger deleted_tenants_leave_no_providers after update of record on tenants
  when new.record ->> '$.status' = 'deleted'
begin
  delete from model_providers where tenant = new.id;
end;
delete from model_providers
  where tenant in (select id from tenants where record ->> '$.status' = 'deleted');
`,
};
