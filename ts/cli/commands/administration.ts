import type {
  BackendView,
  Client,
  EventView,
  KeyView,
  NewKeyView,
  PolicyDocument,
  PolicyPreviewView,
  PolicyView,
  UsageView,
} from "../../client.ts";
import { fromUtf8 } from "../../core/bytes.ts";
import { AppError, messageOf } from "../../core/errors.ts";
import { grouped } from "../../core/grouped.ts";
import { withoutUndefined } from "../../core/without-undefined.ts";
import { CreateKey, RotateKey } from "../../models/access.ts";
import { AUDIT_ACTIONS, type EventPageView } from "../../models/audit.ts";
import { checked } from "../../models/check.ts";
import { TenantPolicy } from "../../models/policy.ts";
import { CreateTenant, type TenantView, UpdateTenant } from "../../models/tenant.ts";
import { money } from "../outcome-text.ts";
import { readBytes } from "../read-input.ts";
import { tableLines } from "../table.ts";
import type { Terminal } from "../terminal.ts";
import { asks } from "./ask-service.ts";

export const listBackends = asks<{ backends: BackendView[] }>(async (client) => ({
  value: { backends: await client.backends.list() },
  lines: ({ backends }) => backendLines(backends),
}));

export const listTenants = asks<{ tenants: TenantView[] }>(async (client) => ({
  value: { tenants: await client.tenants.list() },
  lines: ({ tenants }) => tenantLines(tenants),
}));

export const createTenant = asks<TenantView>(async (client, { args: [id], flags }) => ({
  value: await client.tenants.create(checked(CreateTenant, { id, ...tenantBody(flags) }, "tenant")),
  lines: (tenant) => tenantLines([tenant]),
}));

export const updateTenant = asks<TenantView>(async (client, { args: [id = ""], flags }) => {
  const change = checked(UpdateTenant, withoutUndefined({ ...tenantBody(flags), status: flags.status }), "tenant");
  if (Object.keys(change).length === 0)
    throw new AppError("invalid-input", "say what to change: --help shows the flags");
  return { value: await client.tenants.update(id, change), lines: (tenant) => tenantLines([tenant]) };
});

export const deleteTenant = asks(async (client, { args: [id = ""] }) => {
  await client.tenants.delete(id);
  return { value: { id, deleted: true }, lines: () => [`${id}  deleted`] };
});

export const listKeys = asks<{ keys: KeyView[] }>(async (client, { flags }) => ({
  value: { keys: await keysOf(client, flags).list() },
  lines: ({ keys }) => keyLines(keys),
}));

export const createKey = asks<NewKeyView>(async (client, { args: [name], flags }) => {
  const { role, scope, owner, expires } = flags;
  const body = checked(CreateKey, withoutUndefined({ name, role, scopes: scope, owner, expiresAt: expires }), "key");
  return { value: await keysOf(client, flags).create(body), lines: newKeyLines };
});

export const rotateKey = asks<NewKeyView>(async (client, { args: [id = ""], flags }) => {
  const body = checked(RotateKey, withoutUndefined({ overlapMs: flags.overlap }), "key");
  return { value: await keysOf(client, flags).rotate(id, body), lines: newKeyLines };
});

export const revokeKey = asks(async (client, { args: [id = ""], flags }) => {
  await keysOf(client, flags).revoke(id);
  return { value: { id, revoked: true }, lines: () => [`${id}  revoked`] };
});

/** The document alone, so that `policy get > FILE` and `policy set FILE` are one way and the other. */
export const getPolicy = asks<PolicyView>(async (client) => ({
  value: await client.policy.get(),
  lines: ({ policy }) => [JSON.stringify(policy, null, 2)],
}));

export const setPolicy = asks<PolicyView>(async (client, { args: [file = ""], context }) => ({
  value: await client.policy.set(await readPolicy(file, context.terminal)),
  lines: (view) => policyLines([view]),
}));

export const listPolicies = asks<{ versions: PolicyView[] }>(async (client) => ({
  value: { versions: await client.policy.versions() },
  lines: ({ versions }) => policyLines(versions),
}));

export const previewPolicy = asks<PolicyPreviewView>(async (client, { args: [file = ""], flags, context }) => ({
  value: await client.policy.preview(await readPolicy(file, context.terminal), { jobs: flags.jobs }),
  lines: previewLines,
}));

export const searchAudit = asks<EventPageView>(async (client, { flags }) => {
  const { action, actor, subject, from, to, limit } = flags;
  if (action !== undefined && !AUDIT_ACTIONS.includes(action)) {
    throw new AppError("invalid-input", `--action ${action}: the actions are ${AUDIT_ACTIONS.join(", ")}`);
  }
  return {
    value: await client.audit.searchPage({ action, actor, subject, from, to, limit }),
    lines: ({ events, next }) => [...eventLines(events), ...(next === null ? [] : ["… and older ones: --limit"])],
  };
});

export const getEvent = asks<EventView>(async (client, { args: [id = ""] }) => ({
  value: await client.audit.get(id),
  lines: (event) => [JSON.stringify(event, null, 2)],
}));

export const usage = asks<UsageView>(async (client) => ({ value: await client.usage(), lines: usageLines }));

function keysOf(client: Client, { tenant }: { tenant?: string }): Client["keys"] | ReturnType<Client["keys"]["of"]> {
  return tenant === undefined ? client.keys : client.keys.of(tenant);
}

interface TenantFlags {
  name?: string;
  jobsInFlight?: unknown;
  jobsPerMinute?: unknown;
  computeSeconds?: unknown;
  cost?: unknown;
}

function tenantBody({ name, jobsInFlight, jobsPerMinute, computeSeconds, cost }: TenantFlags): object {
  const quotas = withoutUndefined({
    ...{ jobsInFlight, jobsPerMinute, computeSecondsPerDay: computeSeconds, costMicroUsdPerDay: cost },
  });
  return withoutUndefined({ name, quotas: Object.keys(quotas).length === 0 ? undefined : quotas });
}

async function readPolicy(file: string, terminal: Terminal): Promise<PolicyDocument> {
  const name = file === "-" ? "<stdin>" : file;
  let document: unknown;
  try {
    document = JSON.parse(fromUtf8(await readBytes(file, terminal)));
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    throw new AppError("invalid-input", `${name}: not JSON: ${messageOf(cause)}`, { cause });
  }
  checked(TenantPolicy, document, name);
  return document as PolicyDocument; // as it was written: what it leaves out is for the service to fill in
}

function backendLines(backends: readonly BackendView[]): string[] {
  const rows = backends.map((each) => {
    const { perTaskMicroUsd, perShotMicroUsd } = each.price;
    const price =
      perTaskMicroUsd + perShotMicroUsd === 0 ? "free" : `${money(perTaskMicroUsd)} + ${money(perShotMicroUsd)} a shot`;
    const where = each.external ? each.region : "this machine";
    return [each.id, each.kind, where, each.simulated ? "yes" : "no", String(each.maxQubits), price];
  });
  return tableLines([["back end", "kind", "runs on", "simulated", "qubits", "price"], ...rows]);
}

function tenantLines(tenants: readonly TenantView[]): string[] {
  const rows = tenants.map(({ id, name, status, quotas }) => [
    ...[id, name, status, grouped(quotas.jobsInFlight), grouped(quotas.jobsPerMinute)],
    ...[grouped(quotas.computeSecondsPerDay), money(quotas.costMicroUsdPerDay)],
  ]);
  return tableLines([["tenant", "name", "status", "in flight", "a minute", "compute s a day", "cost a day"], ...rows]);
}

function keyLines(keys: readonly KeyView[]): string[] {
  const rows = keys.map(({ id, name, role, owner, expiresAt, revokedAt }) => [
    ...[id, name, role, owner],
    revokedAt === null ? (expiresAt ?? "never expires") : `revoked ${revokedAt}`,
  ]);
  return tableLines([["key", "name", "role", "owner", "until"], ...rows]);
}

function newKeyLines({ key, ...view }: NewKeyView): string[] {
  return [...keyLines([view]), "", `shown this one time: ${key}`];
}

function policyLines(versions: readonly PolicyView[]): string[] {
  const rows = versions.map(({ version, setAt, setBy, hash }) => [
    ...[String(version), setAt ?? "", setBy ?? "the installation", `${hash.slice(0, 12)}…`],
  ]);
  return tableLines([["version", "set at", "by", "routing hash"], ...rows]);
}

function previewLines({ jobs, changed }: PolicyPreviewView): string[] {
  const verdict = (each: PolicyPreviewView["jobs"][number]["present"]): string => {
    if (each.chosen === null) return `refused: ${each.reason}`;
    const people = each.approvals > 0 ? `, ${each.approvals} to approve` : "";
    return `${each.chosen}, ${money(each.costMicroUsd)}${each.planned ? ", planned first" : ""}${people}`;
  };
  const rows = jobs
    .filter((job) => job.changed)
    .map(({ id, present, proposed }) => [id, verdict(present), verdict(proposed)]);
  const summary = `${changed} of the latest ${jobs.length} jobs would be decided otherwise`;
  return rows.length === 0 ? [summary] : [...tableLines([["job", "now", "then"], ...rows]), "", summary];
}

function eventLines(events: readonly EventView[]): string[] {
  if (events.length === 0) return ["no events"];
  const rows = events.map(({ at, action, actor, subject, leafIndex }) => [
    ...[at, action, actor.name ?? actor.id, subject],
    leafIndex === null ? "" : `leaf ${leafIndex}`,
  ]);
  return tableLines([["at", "action", "by", "to", "log"], ...rows]);
}

function usageLines({ quotas, used, day }: UsageView): string[] {
  return tableLines([
    [`on ${day}`, "used", "of"],
    ["jobs in flight", grouped(used.jobsInFlight), grouped(quotas.jobsInFlight)],
    ["jobs in the last minute", grouped(used.jobsLastMinute), grouped(quotas.jobsPerMinute)],
    [
      "compute seconds today",
      String(Number(used.computeSecondsToday.toFixed(3))),
      grouped(quotas.computeSecondsPerDay),
    ],
    ["cost today", money(used.costMicroUsdToday), money(quotas.costMicroUsdPerDay)],
  ]);
}
