import * as z from "zod";
import type { EventOrigin } from "../../audit/new-event.ts";
import { AppError } from "../../core/errors.ts";
import type { TenantId } from "../../core/ids.ts";
import { BackendView } from "../../models/backend.ts";
import type { Calibration } from "../../models/calibration.ts";
import { EMBEDDED_ID } from "../../providers/embedded.ts";
import type { ProviderRegistry } from "../../providers/registry.ts";
import { json, type Operation, operation } from "../operation.ts";
import { problems } from "../responses.ts";

export interface BackendRouteServices {
  readonly registry: ProviderRegistry;
  calibration(): Calibration;
  /** Measures this machine, and records who asked for it. */
  calibrate(tenant: TenantId, origin: EventOrigin): Promise<Calibration>;
}

/** Where jobs can run. */
export function backendRoutes({ registry, calibration, calibrate }: BackendRouteServices): Operation[] {
  const view = (id: string) => ({
    ...registry.get(id).describe(),
    calibration: id === EMBEDDED_ID ? calibration() : null,
  });
  return [
    operation({
      ...{ method: "get", path: "/v1/backends", id: "listBackends", tag: "backends", scope: "jobs:read" },
      summary: "List the back ends",
      responses: { 200: { description: "All of them", schema: z.strictObject({ backends: z.array(BackendView) }) } },
      handle: () => json({ backends: registry.ids().map(view) }),
    }),
    operation({
      ...{ method: "get", path: "/v1/backends/{id}", id: "getBackend", tag: "backends", scope: "jobs:read" },
      summary: "Read a back end",
      responses: { 200: { description: "The back end", schema: BackendView }, ...problems("not-found") },
      handle: ({ params }) => json(view(params.id ?? "")),
    }),
    operation({
      ...{ method: "post", path: "/v1/backends/{id}:calibrate", id: "calibrateBackend", tag: "backends" },
      ...{ scope: "backends:write", audit: "backend.calibrate" },
      summary: "Measure this machine, so that predictions fit it",
      description: "Takes about a second.",
      responses: { 200: { description: "The back end", schema: BackendView }, ...problems("not-found", "conflict") },
      handle: async ({ principal, params, origin }) => {
        const id = params.id ?? "";
        const { kind } = registry.get(id).describe();
        if (kind !== "embedded") {
          throw new AppError("conflict", `back end '${id}' publishes its own times; only ${EMBEDDED_ID} is measured`);
        }
        await calibrate(principal.tenant, origin);
        return json(view(id));
      },
    }),
  ];
}
