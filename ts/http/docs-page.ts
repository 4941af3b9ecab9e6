import { ERROR_CODES, type ErrorCode } from "../core/errors.ts";
import { schemaLines } from "./docs-schema.ts";
import { DOCS_STYLE } from "./docs-style.ts";
import { LIMIT_TEXTS, LIMITS } from "./limits.ts";
import { PROBLEM_TYPE } from "./problem.ts";

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required: boolean;
  readonly description?: string;
  readonly schema: Schema;
}

interface Described {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly summary: string;
  readonly description?: string;
  readonly "x-scope"?: string;
  readonly "x-audit"?: string;
  readonly parameters: readonly Parameter[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly description: string; readonly content?: Content }>>;
}

type Schema = Readonly<Record<string, unknown>>;
type Content = Readonly<Record<string, { readonly schema: Schema; readonly example?: unknown }>>;

interface OpenApi {
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

interface Entry extends Described {
  readonly method: string;
  readonly path: string;
}

/** What every operation can answer. */
const SHELL_CODES = /^(?:unauthenticated|forbidden|rate-limited|store-unavailable|storage-full|internal)$/;

/** One page for people, whole in itself: no script, nothing from elsewhere. @param document as `openApiDocument` gives it */
export function docsPage(document: unknown): string {
  const { info, tags, paths, components } = document as OpenApi;
  const entries = Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, described]): Entry => ({ method: methodOf(method), path, ...described })),
  );
  const groups = tags
    .map((tag) => ({ ...tag, entries: entries.filter((each) => each.tags.includes(tag.name)) }))
    .filter((group) => group.entries.length > 0);
  const nav = groups.map(
    ({ name, entries: own }) =>
      `<li><a href="#tag-${name}">${text(name)}</a><ul>${own.map(navEntry).join("")}</ul></li>`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${text(info.title)} API</title>
<link rel="icon" href="data:,">
<style>${DOCS_STYLE}</style>
</head>
<body>
<nav aria-label="Contents"><p class="name">${text(info.title)} <small>${text(info.version)}</small></p>
<ul><li><a href="#start">Start</a></li>${nav.join("")}<li><a href="#problems">Problems</a></li><li><a href="#limits">Limits</a></li><li><a href="#schemas">Schemas</a></li></ul></nav>
<main>
${start(info)}
${groups.map((group) => section(`tag-${group.name}`, group.name, `<p>${text(group.description)}.</p>${group.entries.map(operation).join("")}`)).join("")}
${section("problems", "Problems", problemTable())}
${section("limits", "Limits", limitTable())}
${section("schemas", "Schemas", Object.entries(components.schemas).map(namedSchema).join(""))}
</main>
</body>
</html>
`;
}

function start({ title, description }: OpenApi["info"]): string {
  const check = `curl -s "$KETFLOW/v1/usage" -H "Authorization: Bearer $KEY"`;
  return `<header id="start"><h1>${text(title)} API</h1><p>${text(description)}</p>
<p>Every operation below <code>/v1</code> takes an API key: <code>Authorization: Bearer kf_…</code>. The first start of
<code>ketflow serve</code> prints the admin key. The examples take both from the environment:</p>
${code(`export KETFLOW=http://127.0.0.1:8080\nexport KEY=kf_…\n${check}`)}
<p>Bodies are JSON in UTF-8, read strictly: no member twice, no unknown member. Errors are
<a href="#problems">problems</a> of RFC 9457. The whole description is <a href="/openapi.json">OpenAPI 3.1</a>.</p></header>`;
}

/** A WebSocket begins as a GET. */
function methodOf(key: string): string {
  return key === "x-websocket" ? "GET" : key.toUpperCase();
}

function navEntry({ operationId, method, path }: Entry): string {
  const short = path.replace(/^\/v1/, "");
  return `<li><a href="#${operationId}"><b class="${method.toLowerCase()}">${method}</b> ${breakable(short)}</a></li>`;
}

function operation(each: Entry): string {
  const { operationId, method, path, summary, description, parameters, requestBody, responses } = each;
  const facts = [
    each["x-scope"] === undefined ? "open to everyone" : `scope <code>${text(each["x-scope"])}</code>`,
    ...(each["x-audit"] === undefined ? [] : [`audited as <code>${text(each["x-audit"])}</code>`]),
  ];
  const rows = parameters.map(
    ({ name, in: place, required, description: about = "", schema }) =>
      `<tr><td><code>${text(name)}</code>${required ? "" : " <i>optional</i>"}</td><td>${place}</td><td>${about ? `${prose(about)}<br>` : ""}<code>${schemaLines(schema).join(" ")}</code></td></tr>`,
  );
  const bodies = Object.entries(requestBody?.content ?? {}).map(
    ([type, { schema }]) => `<h4>Body <small>${text(type)}</small></h4>${shape(schema)}`,
  );
  return `<article id="${operationId}">
<h3><a href="#${operationId}"><b class="${method.toLowerCase()}">${method}</b> <code>${breakable(path)}</code></a></h3>
<p class="summary">${text(summary)}</p>${description ? `<p>${prose(description)}</p>` : ""}<p class="facts">${facts.join(" · ")}</p>
${rows.length > 0 ? `<div class="wide"><table><thead><tr><th>Parameter</th><th>In</th><th>Meaning</th></tr></thead><tbody>${rows.join("")}</tbody></table></div>` : ""}
${bodies.join("")}
${code(curlOf(each))}
<h4>Answers</h4><dl>${Object.entries(responses).map(answer).join("")}</dl>
</article>`;
}

function answer([status, { description, content = {} }]: [string, { description: string; content?: Content }]): string {
  const isProblem = content[PROBLEM_TYPE] !== undefined;
  const codes = description.split(", ");
  const said = isProblem ? codes.map((name) => `<a href="#${name}">${text(name)}</a>`).join(", ") : prose(description);
  const own = isProblem && codes.every((name) => SHELL_CODES.test(name)) ? ' class="shell"' : "";
  const shapes = isProblem
    ? ""
    : Object.entries(content)
        .map(([type, { schema }]) => {
          const lines = schema.type === "string" ? [] : schemaLines(schema);
          if (lines.length > 1) return `<p><small>${text(type)}</small></p>${shape(schema)}`;
          return `<p>${lines.map((line) => `<code>${line}</code> `).join("")}<small>${text(type)}</small></p>`;
        })
        .join("");
  return `<dt${own}>${status}</dt><dd${own}>${said}${shapes}</dd>`;
}

/** As one would type it, with the values of the example. */
function curlOf({ method, path, parameters, requestBody, ...rest }: Entry): string {
  const address = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => SAMPLES[name] ?? name);
  const example = requestBody?.content["application/json"]?.example;
  const lines = [
    `curl -s${method === "GET" ? "" : ` -X ${method}`} "$KETFLOW${address}"`,
    ...(rest["x-scope"] === undefined ? [] : ['-H "Authorization: Bearer $KEY"']),
    ...(parameters.some(({ name }) => name === "Prefer") && method === "POST" ? ["-H 'Prefer: wait=10'"] : []),
    ...(example === undefined ? [] : ["-H 'Content-Type: application/json'", `-d '${JSON.stringify(example)}'`]),
  ];
  return lines.join(" \\\n  ");
}

const SAMPLES: Readonly<Record<string, string>> = { id: "$ID", tenant: "acme", rest: "entries/000.p/1" };

function shape(schema: Schema): string {
  return `<pre class="schema">${schemaLines(schema).join("\n")}</pre>`;
}

function namedSchema([name, schema]: [string, Schema]): string {
  return `<article id="schema-${name}"><h3><a href="#schema-${name}">${text(name)}</a></h3>${shape(schema)}</article>`;
}

const MEANINGS: { readonly [code in ErrorCode]: string } = {
  "invalid-input":
    "The request, its body or the circuit is not what it has to be; the detail names the field, and line and column in a text",
  unsupported: "Understood, but not offered for this back end or with these options",
  "too-large": "Over a limit of the service or of the machine",
  unauthenticated: "No API key, or one that is unknown, expired or revoked",
  forbidden: "The key lacks the scope, or the person may not do this, such as approve a job of their own",
  "not-found": "There is none with this id, or it belongs to somebody else: both answer alike",
  "method-not-allowed": "The path exists; Allow names its methods",
  conflict: "Not possible in the present state; where a plan changed, the answer holds the new one",
  "quota-exceeded": "The tenant has used what its quota gives; Retry-After says when there is more",
  "rate-limited": "Too many requests of this key or address; Retry-After says when to go on",
  "deadline-exceeded": "Not finished by the deadline of the job, or within the budget of the policy",
  cancelled: "Somebody cancelled it",
  "no-backend": "No back end may or can run this; the detail says why for each",
  "provider-unavailable": "A back end outside did not answer; other back ends were tried",
  "engine-failure": "An engine broke while it ran the job",
  "store-unavailable": "The store does not take writes now, such as while the service stops",
  "storage-full": "The disk of the data folder is full: nothing was stored",
  "integrity-violation": "Stored data are damaged; a person has to look",
  internal: "A fault of the service; its log has the details under the request id",
};

function problemTable(): string {
  const rows = Object.entries(ERROR_CODES).map(
    ([name, { status, retryable }]) =>
      `<tr id="${name}"><td><a href="#${name}"><code>${name}</code></a></td><td>${status}</td><td>${retryable ? "yes" : "no"}</td><td>${text(MEANINGS[name as ErrorCode])}.</td></tr>`,
  );
  return `<p>Every error is <code>application/problem+json</code> with a <code>code</code> of this table, a <code>detail</code> for people and
the <code>requestId</code> of the log. Where a retry can help, <code>Retry-After</code> says when.</p>
<div class="wide"><table><thead><tr><th>Code</th><th>Status</th><th>Retry</th><th>Meaning</th></tr></thead><tbody>${rows.join("")}</tbody></table></div>`;
}

function limitTable(): string {
  const rows = Object.entries(LIMITS).map(
    ([name, value]) =>
      `<tr><td>${text(LIMIT_TEXTS[name as keyof typeof LIMITS])}</td><td class="number">${value.toLocaleString("en")}</td></tr>`,
  );
  return `<div class="wide"><table><thead><tr><th>Limit</th><th>Value</th></tr></thead><tbody>${rows.join("")}</tbody></table></div>`;
}

function section(id: string, title: string, content: string): string {
  return `<section id="${id}"><h2><a href="#${id}">${text(title[0]?.toUpperCase() ?? "")}${text(title.slice(1))}</a></h2>${content}</section>`;
}

function code(content: string): string {
  return `<pre class="command"><code>${text(content)}</code></pre>`;
}

/** Text whose `code` is marked as in Markdown. */
function prose(content: string): string {
  return text(content).replaceAll(/`([^`]+)`/g, "<code>$1</code>");
}

/** Long paths may break after a slash or a colon. */
function breakable(path: string): string {
  return text(path).replaceAll(/([/:])(?=.)/g, "<wbr>$1");
}

function text(content: string): string {
  return content.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
