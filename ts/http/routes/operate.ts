import { Readable } from "node:stream";
import * as z from "zod";
import type { EventOrigin } from "../../audit/new-event.ts";
import { AppError } from "../../core/errors.ts";
import type { TenantId } from "../../core/ids.ts";
import { DEFAULT_OVERLAP_MS } from "../../models/access.ts";
import { json, type Operation, operation } from "../operation.ts";
import { problems } from "../responses.ts";

const RotationView = z.strictObject({
  origin: z.string(),
  overlapUntil: z.iso.datetime().meta({ description: "Until then heads carry the signatures of both pairs" }),
  verifierKeys: z.array(z.string()).meta({ description: "Of the new pair, for those who trust this log" }),
});

const BackupView = z.strictObject({
  path: z.string().meta({ description: "On the machine of the service" }),
  files: z.int(),
  bytes: z.int(),
  log: z.strictObject({ origin: z.string(), size: z.int() }),
});

/** What the operator of an installation does while it serves. */
export interface OperateRouteServices {
  rotateLogKeys(origin: EventOrigin, overlapMs: number): Promise<z.infer<typeof RotationView>>;
  /** Into a folder of that name below `<data>/backups`. */
  backup(origin: EventOrigin, name: string, keys: boolean): Promise<z.infer<typeof BackupView>>;
  /** NDJSON: every entry of the log of one tenant, with what opens and proves it. */
  exportLeaves(tenant: TenantId, origin: EventOrigin): Promise<AsyncIterable<string>>;
}

/** Keys of the log, backups, exports. */
export function operateRoutes({ rotateLogKeys, backup, exportLeaves }: OperateRouteServices): Operation[] {
  return [
    operation({
      ...{ method: "post", path: "/v1/audit:export", id: "exportAudit", tag: "audit", scope: "audit:read" },
      audit: "audit.export",
      summary: "Export every entry of the log that is this tenant's",
      description: "One receipt or event file a line, each with its proof; `ketflow verify` checks them offline.",
      responses: { 200: { description: "NDJSON", contentType: "application/x-ndjson" } },
      handle: async ({ principal, origin }) => {
        const lines = Readable.from(await exportLeaves(principal.tenant, origin), { objectMode: false });
        return new Response(Readable.toWeb(lines) as ReadableStream, {
          headers: {
            "content-type": "application/x-ndjson",
            "content-disposition": `attachment; filename="${principal.tenant}.ndjson"`,
          },
        });
      },
    }),
    operation({
      ...{ method: "post", path: "/v1/log:rotate-keys", id: "rotateLogKeys", tag: "log", scope: "log:write" },
      audit: "log.rotate-key",
      summary: "Replace the keys that sign the log",
      description: "Both pairs sign until the overlap ends; within a minute of that the old one is wiped. 0: at once.",
      body: z.strictObject({
        overlapMs: z
          .int()
          .min(0)
          .max(31_536_000_000)
          .default(30 * DEFAULT_OVERLAP_MS),
      }),
      example: { overlapMs: 30 * DEFAULT_OVERLAP_MS },
      responses: {
        200: { description: "The new keys", schema: RotationView },
        ...problems("invalid-input", "conflict"),
      },
      handle: async ({ origin, body }) => json(await rotateLogKeys(origin, body.overlapMs)),
    }),
    operation({
      ...{ method: "post", path: "/v1/backups", id: "createBackup", tag: "service", scope: "log:write" },
      audit: "backup.create",
      summary: "Back up store and log while they are in use",
      description:
        "Commits wait while the database is copied. With `keys`, whoever has the backup can sign as this log.",
      body: z.strictObject({
        name: z
          .string()
          .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, "must be 1 to 100 letters, digits, dots, hyphens or underscores")
          .optional()
          .meta({ description: "Of the new folder below `backups` in the data folder; default: the time" }),
        keys: z.boolean().default(false),
      }),
      example: { name: "before-the-upgrade" },
      responses: { 201: { description: "The backup", schema: BackupView }, ...problems("invalid-input", "conflict") },
      handle: async ({ origin, body }) => {
        const name = body.name ?? new Date().toISOString().replaceAll(":", "-");
        if (name.includes("..")) throw new AppError("invalid-input", `body.name: '${name}' holds two dots`);
        return json(await backup(origin, name, body.keys), 201);
      },
    }),
  ];
}
