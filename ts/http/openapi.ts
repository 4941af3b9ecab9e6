import * as z from "zod";
import { KeyView, NewKeyView } from "../models/access.ts";
import { AnalyticsRow, AnalyticsSnapshot, AnalyticsView, DriftAlert } from "../models/analytics.ts";
import { ChatCompletion, ChatRequest } from "../models/chat.ts";
import { CircuitOptions } from "../models/circuit.ts";
import { CreateExperiment, ExperimentPageView, ExperimentView } from "../models/experiment.ts";
import { SubmitJob } from "../models/job.ts";
import { JobEventView, JobProgressView, LiveMessage, StreamEndView } from "../models/job-event.ts";
import { JobPageView, JobView, PlanView } from "../models/job-view.ts";
import { ModelProviderView, SetModelProvider } from "../models/model-provider.ts";
import { PolicyView, TenantPolicy } from "../models/policy.ts";
import { RouteDecision } from "../models/route.ts";
import { TenantView, UsageView } from "../models/tenant.ts";
import { OpenAiError, openAiErrors } from "./openai-errors.ts";
import { type Operation, type ResponseDoc, TAGS } from "./operation.ts";
import { Problem } from "./problem.ts";
import { problems } from "./responses.ts";

type Document = Record<string, unknown>;

/** The schemas that have a name in the document; all others are written where they are used. */
const NAMED = {
  ...{ SubmitJob, CircuitOptions, Job: JobView, JobPage: JobPageView, Plan: PlanView, Route: RouteDecision },
  ...{
    TenantPolicy,
    Policy: PolicyView,
    Key: KeyView,
    NewKey: NewKeyView,
    Tenant: TenantView,
    Usage: UsageView,
    Problem,
  },
  ...{ ChatRequest, ChatCompletion, ModelProvider: ModelProviderView, SetModelProvider, OpenAiError },
  ...{
    Experiment: ExperimentView,
    ExperimentPage: ExperimentPageView,
    CreateExperiment,
    Analytics: AnalyticsView,
    AnalyticsRow,
    AnalyticsSnapshot,
    DriftAlert,
  },
  ...{ JobEvent: JobEventView, JobProgress: JobProgressView, StreamEnd: StreamEndView, LiveMessage },
};

for (const [id, schema] of Object.entries(NAMED)) z.globalRegistry.add(schema, { ...z.globalRegistry.get(schema), id });

/**
 * OpenAPI 3.1 of the operations, made from their zod schemas.
 *
 * @param backends ids of this installation's, which a job may name as its target
 */
export function openApiDocument(
  operations: readonly Operation[],
  version: string,
  backends: readonly string[],
): Document {
  const paths: Record<string, Document> = {};
  for (const each of operations) {
    const item = paths[each.path] ?? {};
    item[each.webSocket ? "x-websocket" : each.method] = describeOperation(each, linksOf(each, operations));
    paths[each.path] = item;
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Ketflow",
      version,
      description: "Jobs with receipts: quantum circuits behind one API, run again by anyone to the same bytes.",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: "/" }],
    tags: TAGS,
    security: [{ key: [] }],
    paths,
    components: {
      securitySchemes: {
        key: { type: "http", scheme: "bearer", description: "An API key: `Authorization: Bearer kf_…`" },
      },
      schemas: namedSchemas(backends),
    },
  };
}

function describeOperation(each: Operation, links: Document | undefined): Document {
  const isOpen = each.scope === "anyone";
  const errors = each.errors === "openai" ? openAiErrors : problems;
  const shell = isOpen ? errors("rate-limited") : errors("unauthenticated", "forbidden", "rate-limited");
  const responses = merged(each.responses, shell, errors("store-unavailable", "storage-full", "internal"));
  const bodies = each.bodyDoc ?? (each.body && { "application/json": each.body });
  return {
    operationId: each.id,
    tags: [each.tag],
    summary: each.summary,
    ...(each.description !== undefined && { description: each.description }),
    ...(isOpen ? { security: [] } : { "x-scope": each.scope }),
    ...(each.openToLoopback && { security: [{}, { key: [] }] }),
    ...(each.audit !== undefined && { "x-audit": each.audit }),
    parameters: [...pathParameters(each), ...queryParameters(each.query), ...headerParameters(each)],
    ...(bodies && {
      requestBody: {
        required: true,
        content: mapValues(bodies, (schema, type) => ({
          schema: jsonSchema(schema, "input"),
          ...(each.example !== undefined && type === "application/json" && { example: each.example }),
        })),
      },
    }),
    responses: mapValues(responses, (response, status) => ({
      ...describeResponse(response),
      ...(links !== undefined && status.startsWith("2") && { links }),
    })),
  };
}

/** Where the id of a job that was made goes: to every operation on one job. */
function linksOf({ id, makesJob }: Operation, operations: readonly Operation[]): Document | undefined {
  if (!makesJob) return undefined;
  const onJob = operations.filter((each) => each.path.startsWith("/v1/jobs/{id}") && each.id !== id);
  return Object.fromEntries(
    onJob.map((each) => [each.id, { operationId: each.id, parameters: { id: "$response.body#/id" }, ...planOf(each) }]),
  );
}

function planOf({ id }: Operation): Document {
  return id === "executeJob" ? { requestBody: { planHash: "$response.body#/plan/planHash" } } : {};
}

/** The first description of a status counts, with the later ones added. */
function merged(...all: readonly Readonly<Record<number, ResponseDoc>>[]): Record<string, ResponseDoc> {
  const result: Record<string, ResponseDoc> = {};
  for (const docs of all) {
    for (const [status, doc] of Object.entries(docs)) {
      const known = result[status];
      result[status] = known ? { ...known, description: `${known.description}, ${doc.description}` } : doc;
    }
  }
  return result;
}

function describeResponse({ description, schema, contentType, otherTypes, headers }: ResponseDoc): Document {
  const type = contentType ?? (schema && "application/json");
  const schemaOf = (each: z.ZodType | null | undefined): Document =>
    each ? jsonSchema(each, "output") : { type: "string" };
  return {
    description,
    ...(headers && { headers: mapValues(headers, (text) => ({ description: text, schema: { type: "string" } })) }),
    ...(type !== undefined && {
      content: mapValues({ [type]: schema ?? null, ...otherTypes }, (each) => ({ schema: schemaOf(each) })),
    }),
  };
}

function pathParameters({ path, pathParameters: schemas }: Operation): Document[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => {
    const schema = schemas?.[name];
    return {
      ...{ name, in: "path", required: true },
      schema: schema ? jsonSchema(schema, "input") : { type: "string", minLength: 1 },
    };
  });
}

function queryParameters(query: z.ZodType | undefined): Document[] {
  if (query === undefined) return [];
  const { properties = {}, required = [] } = z.toJSONSchema(query, { io: "input" }) as {
    properties?: Record<string, Document>;
    required?: string[];
  };
  // What is read from text is described as what it has to look like.
  const output =
    (z.toJSONSchema(query, { io: "output" }) as { properties?: Record<string, Document> }).properties ?? {};
  return Object.keys(properties).map((name) => {
    const { description, ...schema } = output[name] ?? {};
    return {
      name,
      in: "query",
      required: required.includes(name) && schema.default === undefined,
      description,
      schema,
    };
  });
}

function headerParameters({ requestHeaders = {} }: Operation): Document[] {
  return Object.entries(requestHeaders).map(([name, description]) => ({
    ...{ name, in: "header", required: false, description },
    schema: HEADER_SCHEMAS[name] ?? { type: "string" },
  }));
}

const HEADER_SCHEMAS: Readonly<Record<string, Document>> = {
  "Idempotency-Key": { type: "string", minLength: 1, maxLength: 255, pattern: "^[!-~]+$" },
  "Ketflow-Reuse": { type: "string", enum: ["true", "false"] },
  "Last-Event-ID": { type: "string", pattern: "^(?:0|[1-9][0-9]{0,14})$" },
};

function jsonSchema(schema: z.ZodType, io: "input" | "output"): Document {
  const { $schema: _, $defs: __, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: "any" }) as Document;
  // What has a name is defined once, below components.
  return JSON.parse(JSON.stringify(rest).replaceAll('"#/$defs/', '"#/components/schemas/')) as Document;
}

/** As they may be sent: what has a default may be left out. */
function namedSchemas(backends: readonly string[]): Document {
  const uri = (id: string): string => `#/components/schemas/${id}`;
  const { schemas } = z.toJSONSchema(z.globalRegistry, { io: "input", unrepresentable: "any", uri });
  return Object.fromEntries(
    Object.keys(NAMED).map((name) => {
      const { $schema: _, $id: __, ...schema } = schemas[name] as Document;
      return [name, name === "SubmitJob" ? withTargets(schema, backends) : schema];
    }),
  );
}

/** The schema that is parsed by takes any id: back ends are known only where the service is put together. */
function withTargets(submitJob: Document, backends: readonly string[]): Document {
  const { properties } = submitJob as { properties: Document };
  const target = { type: "string", enum: ["auto", ...backends], description: "`auto` (default) or a back end" };
  return { ...submitJob, properties: { ...properties, target } };
}

function mapValues<In, Out>(
  object: Readonly<Record<string, In>>,
  map: (value: In, key: string) => Out,
): Record<string, Out> {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, map(value, key)]));
}
