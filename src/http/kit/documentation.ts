import { Router } from "express";
import { z } from "zod";
import { deliveryAnswer } from "../../services/documents/event.ts";
import { version } from "../../services/kit/version.ts";
import { describedBy, type Schema, type Tellable } from "../../store/described/field.ts";
import { messages } from "../messages.ts";
import type { Operation } from "./operation.ts";
import { type ProblemCode, problemMembers, problems } from "./problem.ts";
import { largestLimit } from "./query.ts";

/** Routes that need no API key, and are served elsewhere. */
const open = [
  ["post", "/webhooks/paddle", "Takes Paddle's webhooks; 200 once the event is durable"],
  ["post", "/webhooks/stripe", "Takes Stripe's webhooks; 200 once the event is durable"],
  ["get", "/healthz", "The process answers"],
  ["get", "/readyz", "It can also store events; 503 if not"],
  ["get", "/metrics", "Figures for Prometheus"],
  ["get", "/openapi.json", "This description"],
  ["get", "/docs", "This description as a page"],
] as const;

/** The API as an OpenAPI 3.1 document, made from what serves it. */
export function describeApi(operations: readonly Operation[]) {
  const schemas = new Schemas();
  const paths: Record<string, Record<string, object>> = {};
  const add = (path: string, method: string, described: object) => {
    paths[path] = { ...paths[path], [method]: described };
  };
  for (const operation of operations)
    add(
      `/v1${operation.path.replaceAll(/:(\w+)/g, "{$1}")}`,
      operation.method,
      describeOperation(operation, schemas),
    );
  for (const [method, path, summary] of open)
    add(path, method, {
      operationId: nameOf(method, path),
      summary,
      tags: [operationalTag],
      security: [],
      responses: openResponses(path, schemas),
    });
  const webhooks = Object.fromEntries(
    messages.map((message) => [message.type, describeMessage(message, schemas)]),
  );
  return { ...heading(schemas), tags: tagsOf(operations), paths, webhooks };
}

/** What routes are about, by the first word of their path. */
const subjects: Readonly<Record<string, string>> = {
  accounts: "The trial balance",
  audit: "Everything derived anew",
  charges: "What providers asked customers to pay",
  customers: "Whose a customer is",
  discrepancies: "Where figures disagree",
  "enough-balance": "Whether a wallet could pay",
  entries: "The journal",
  events: "The inbox",
  exports: "Files for finance",
  holds: "Value reserved for usage in flight",
  limits: "What owners may spend at most",
  movements: "Refunds, disputes and credits",
  outbox: "What the app is told",
  owners: "What an owner has",
  payouts: "What providers send to our bank",
  quotes: "What something would cost",
  reconciliations: "The books against what providers state",
  reports: "A month at a glance",
  statements: "Providers' own reports and lists",
  usage: "What was used, and what it cost",
  wallets: "Prepaid value",
};
const operationalTag = "server";
const messageTag = "messages";

const tagOf = (path: string): string => path.split("/")[1] ?? "";

function tagsOf(operations: readonly Operation[]) {
  const names = [...new Set(operations.map(({ path }) => tagOf(path)))].sort();
  return [
    ...names.map((name) => ({ name, description: subjects[name] ?? name })),
    { name: operationalTag, description: "Webhooks, and the server itself" },
    { name: messageTag, description: "What is sent to the app" },
  ];
}

/** Schemas that have a name, each once: what tells of something described refers to it. */
class Schemas {
  readonly named: Record<string, object> = { Problem: problemSchema };

  /** A reference to the schema of what is told. */
  of({ name, schema }: Tellable<never>): object {
    if (!(name in this.named)) {
      this.named[name] = {};
      this.named[name] = this.resolved(schema);
    }
    return { $ref: `#/components/schemas/${name}` };
  }

  /** What is refused for one of these reasons: those that say more have a schema of their own. */
  refusal(codes: readonly ProblemCode[]): object {
    const own = codes.flatMap((code) => {
      const members = Object.entries(problemMembers).find(([name]) => name === code)?.[1];
      return members === undefined ? [] : [this.#problem(code, members)];
    });
    const any = [...own, ...(own.length < codes.length ? [this.#problemOfAny] : [])];
    return any.length === 1 ? (any[0] ?? {}) : { anyOf: any };
  }

  readonly #problemOfAny = { $ref: "#/components/schemas/Problem" };

  #problem(code: ProblemCode, members: Readonly<Record<string, string>>): object {
    const name = `${code.replaceAll(/(?:^|_)(.)/g, (_, letter: string) => letter.toUpperCase())}Problem`;
    const own = Object.entries(members).map(([member, description]) => [member, { ...text, description }]);
    const properties = { code: { const: code }, ...Object.fromEntries(own) };
    const required = Object.keys(members);
    this.named[name] = { allOf: [this.#problemOfAny, { type: "object", required, properties }] };
    return { $ref: `#/components/schemas/${name}` };
  }

  page({ name }: Tellable<never>, rows: object, beside: object | null): object {
    const list = {
      ...pageSchema,
      properties: { ...pageSchema.properties, data: { type: "array", items: rows } },
    };
    this.named[`${name}List`] = beside === null ? list : { allOf: [beside, list] };
    return { $ref: `#/components/schemas/${name}List` };
  }

  resolved(schema: Schema): object {
    const { [describedBy]: told, ...rest } = schema;
    const plain = Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, this.#value(value)]));
    return told === undefined ? plain : { ...this.of(told as Tellable<never>), ...plain };
  }

  #value(value: unknown): unknown {
    if (Array.isArray(value)) return value.map((item) => this.#value(item));
    return typeof value === "object" && value !== null ? this.resolved(value as Schema) : value;
  }
}

function openResponses(path: string, schemas: Schemas) {
  const done = { 200: { description: "Done" } };
  const refused = (description: string) => ({
    description,
    content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
  });
  if (!path.startsWith("/webhooks/"))
    return path === "/readyz" ? { ...done, 503: refused("Not ready") } : done;
  const delivery = {
    description: "The event is durable",
    content: { "application/json": { schema: schemas.of(deliveryAnswer) } },
  };
  return {
    200: delivery,
    400: refused(
      "signature_missing, signature_malformed, signature_mismatch, signature_expired, body_not_json, envelope_invalid",
    ),
    413: refused("body_too_large"),
    415: refused("body_encoded"),
    503: refused("provider_not_configured, body_already_parsed, storage_unavailable"),
  };
}

function describeMessage({ type, about, body }: (typeof messages)[number], schemas: Schemas) {
  return {
    post: {
      operationId: nameOf("message", type),
      tags: [messageTag],
      summary: about,
      description: "Signed as Standard Webhooks has it: webhook-id, webhook-timestamp and webhook-signature.",
      security: [],
      requestBody: { required: true, content: { "application/json": { schema: schemas.resolved(body) } } },
      responses: { "2XX": { description: "It was taken; anything else is tried again, for three days" } },
    },
  };
}

function heading({ named }: Schemas) {
  return {
    openapi: "3.1.0",
    info: {
      title: "Tallyhook",
      version: version(),
      license: { name: "MIT", identifier: "MIT" },
      description:
        "Amounts are strings of minor units, times RFC 3339 in UTC. An unknown field or parameter is refused by name. " +
        "The role finance may all that the roles app and read may. The header request-id of every answer is in the server's log.",
    },
    // Where it was got from.
    servers: [{ url: "/" }],
    security: [{ apiKey: [] }],
    components: {
      securitySchemes: { apiKey: { type: "http", scheme: "bearer" } },
      schemas: Object.fromEntries(Object.entries(named).sort(([a], [b]) => (a < b ? -1 : 1))),
    },
  };
}

const problemSchema = {
  type: "object",
  required: ["type", "title", "status", "code", "detail"],
  properties: {
    type: { type: "string" },
    title: { type: "string" },
    status: { type: "integer" },
    code: { type: "string", enum: Object.keys(problems), description: "Stable" },
    detail: { type: "string", description: "For a person" },
  },
};

const nameOf = (method: string, path: string): string =>
  [method, ...(path.match(/[\w-]+/g) ?? [])].join("_").replaceAll("-", "_");

function describeOperation(operation: Operation, schemas: Schemas) {
  const { method, path, roles, summary } = operation;
  return {
    operationId: nameOf(method, path),
    tags: [tagOf(path)],
    summary,
    description: `For the role ${[...new Set([...roles, "finance"])].join(", ")}.`,
    parameters: parametersOf(operation),
    ...requestBodyOf(operation),
    responses: responsesOf(operation, schemas),
  };
}

function requestBodyOf({ method, body, upload }: Operation): object {
  if (upload !== null)
    return {
      requestBody: { required: true, content: { [upload.mediaType]: { schema: { type: "string" } } } },
    };
  if (body === null || method === "delete") return {};
  return { requestBody: { content: { "application/json": { schema: schemaOf(body) } } } };
}

function parametersOf({ path, query, isList, goesBack, idempotencyKey }: Operation): object[] {
  const { properties = {}, required = [] } = schemaOf(z.strictObject(query));
  const ids = [...path.matchAll(/:(\w+)/g)].map(([, name]) => parameter("path", name ?? "", text, true));
  const filters = Object.entries(properties).map(([name, schema]) =>
    parameter("query", name, schema as object, required.includes(name)),
  );
  const paging = [
    parameter("query", "limit", { type: "integer", minimum: 1, maximum: largestLimit }),
    parameter("query", "cursor", { ...text, description: "The next_cursor of the page before" }),
    ...(goesBack
      ? [parameter("query", "before", { ...text, description: "The previous_cursor of the page after" })]
      : []),
  ];
  const key = parameter(
    "header",
    "Idempotency-Key",
    { ...text, maxLength: 255 },
    idempotencyKey === "required",
  );
  return [...ids, ...filters, ...(isList ? paging : []), ...(idempotencyKey === null ? [] : [key])];
}

const text = { type: "string" };

function parameter(where: string, name: string, schema: object, required = false) {
  return { name, in: where, required, schema };
}

function responsesOf(operation: Operation, schemas: Schemas): Record<string, object> {
  const codes = Map.groupBy(problemsOf(operation), (code) => problems[code][0]);
  const refused = [...codes]
    .sort(([a], [b]) => a - b)
    .map(([status, group]) => [
      status,
      {
        description: group.join(", "),
        content: { "application/problem+json": { schema: schemas.refusal(group) } },
      },
    ]);
  const done = {
    description: "Done",
    content: { [operation.mediaType]: { schema: answerOf(operation, schemas) } },
  };
  return { [operation.status]: done, ...Object.fromEntries(refused) };
}

function answerOf({ mediaType, isList, answers, beside }: Operation, schemas: Schemas): object {
  if (mediaType !== "application/json" || answers === null) return text;
  const one = schemas.of(answers);
  return isList ? schemas.page(answers, one, beside === null ? null : schemas.of(beside)) : one;
}

const pageSchema = {
  type: "object",
  required: ["data", "next_cursor"],
  properties: {
    next_cursor: { type: ["string", "null"], description: "Null on the last page" },
    previous_cursor: {
      type: ["string", "null"],
      description: "Null on the first page; only of lists that take before",
    },
  },
};

function problemsOf({ isList, body, upload, idempotencyKey, problems: own }: Operation): ProblemCode[] {
  const ofLists: ProblemCode[] = isList ? ["limit_invalid", "cursor_invalid"] : [];
  const ofUploads: ProblemCode[] = [
    "body_too_large",
    "body_too_slow",
    "body_encoded",
    "media_type_unsupported",
  ];
  const ofBodies: ProblemCode[] = ["body_invalid", "body_not_json", ...ofUploads];
  const ofKeys: ProblemCode[] = ["idempotency_key_invalid", "idempotency_conflict"];
  return [
    "query_invalid",
    ...ofLists,
    ...(body === null ? [] : ofBodies),
    ...(upload === null ? [] : ofUploads),
    ...(idempotencyKey === null ? [] : ofKeys),
    ...(idempotencyKey === "required" ? (["idempotency_key_missing"] as const) : []),
    ...own,
    "unauthenticated",
    "forbidden",
    "rate_limited",
    "storage_unavailable",
  ];
}

interface ObjectSchema {
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly required?: readonly string[];
}

/** What may be sent, not what becomes of it. */
function schemaOf(schema: z.ZodType): ObjectSchema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: "input" });
  return rest as ObjectSchema;
}

/** `/openapi.json` for programs, `/docs` for people: a page without scripts. Made when first asked for. */
export function documentationRoutes(operations: readonly Operation[]): Router {
  const routes = Router();
  // The same bytes for everybody: an answer that nobody takes costs nothing.
  let made: { readonly document: Buffer; readonly page: Buffer } | undefined;
  const documents = () => {
    if (made !== undefined) return made;
    const description = describeApi(operations);
    made = {
      document: Buffer.from(JSON.stringify(description)),
      page: Buffer.from(pageOf(description)),
    };
    return made;
  };

  routes.get("/openapi.json", (_request, response) => {
    response.type("json").send(documents().document);
  });

  routes.get("/docs", (_request, response) => {
    response
      .set("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'")
      .type("html")
      .send(documents().page);
  });

  return routes;
}

type Description = ReturnType<typeof describeApi>;

/** As much of JSON Schema as the description uses. */
interface Shown {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly enum?: readonly unknown[];
  readonly examples?: readonly unknown[];
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Shown>>;
  readonly items?: Shown;
  readonly allOf?: readonly Shown[];
  readonly anyOf?: readonly Shown[];
  readonly format?: string;
  readonly default?: unknown;
}

type Content = Readonly<Record<string, { readonly schema: Shown }>>;

interface Described {
  readonly summary: string;
  readonly description?: string;
  readonly tags?: readonly string[];
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly required: boolean;
    readonly schema: Shown;
  }[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly description: string; readonly content?: Content }>>;
}

interface Titled {
  readonly title: string;
  readonly anchor: string;
  readonly described: Described;
}

function pageOf({ info, tags, paths, webhooks, components }: Description): string {
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, described]) =>
      titled(`${method.toUpperCase()} ${path}`, described as Described),
    ),
  );
  const messages = Object.entries(webhooks).map(([type, { post }]) => titled(type, post as Described));
  const schemas = Object.entries(components.schemas as Readonly<Record<string, Shown>>);
  const groups = tags.slice(0, -1).map(({ name, description }) => ({
    description,
    name,
    operations: operations.filter(({ described }) => described.tags?.[0] === name),
  }));
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(info.title)} API</title>
<style>${style}</style>
</head>
<body>
<h1>${escaped(info.title)} API ${escaped(info.version)}</h1>
<p>${escaped(info.description)} For programs: <a href="openapi.json">openapi.json</a>.</p>
<h2 id="authentication">Authentication</h2>
<p>Send an API key with every request below <code>/v1</code>. Keys and their roles are set by
<code>API_KEYS</code> (in an app: by the option <code>apiKeys</code>, or by <code>authenticate</code>).</p>
<pre>curl -H "Authorization: Bearer $KEY" http://127.0.0.1:8787/v1/charges</pre>
<p>A write takes an <code>Idempotency-Key</code>: the same key and body give the same answer. A list gives
<code>next_cursor</code>; send it as <code>cursor</code> for the next page. What is refused answers with a
<a href="#schema-Problem">problem</a> whose <code>code</code> never changes.</p>
<nav aria-label="Index">
<h2>Index</h2>
${groups.map(({ name, description, operations: own }) => index(`${name}: ${description}`, own)).join("\n")}
${index("messages: What is sent to the app", messages)}
</nav>
<main>
${[...operations, ...messages].map(sectionOf).join("\n")}
<h2 id="schemas">Answers, field by field</h2>
${schemas.map(([name, schema]) => schemaSection(name, schema)).join("\n")}
</main>
</body>
</html>
`;
}

function titled(title: string, described: Described): Titled {
  return { title, anchor: title.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-"), described };
}

function index(name: string, operations: readonly Titled[]): string {
  const links = operations.map(
    ({ title, anchor, described }) =>
      `<li><a href="#${anchor}"><code>${escaped(title)}</code></a> ${escaped(described.summary)}</li>`,
  );
  return `<h3>${escaped(name)}</h3>\n<ul>${links.join("")}</ul>`;
}

function sectionOf({ title, anchor, described }: Titled): string {
  const { summary, description, parameters = [], requestBody, responses } = described;
  const asked = parameters.map((one) =>
    row(`${one.name}${one.required ? " *" : ""}`, one.in, typeOf(one.schema), notesOf(one.schema)),
  );
  const bodies = Object.entries(requestBody?.content ?? {}).map(
    ([mediaType, { schema }]) => `<h3>Body, <code>${escaped(mediaType)}</code></h3>\n${fieldsOf(schema)}`,
  );
  const answers = Object.entries(responses).map(([status, response]) =>
    row(status, escaped(response.description), ...answerCells(response.content ?? {})),
  );
  return `<section aria-labelledby="${anchor}">
<h2 id="${anchor}"><code>${escaped(title)}</code></h2>
<p>${escaped(summary)}. ${escaped(description ?? "")}</p>
${asked.length === 0 ? "" : table(["parameter", "in", "type", ""], asked)}
${bodies.join("\n")}
${table(["status", "", "answer"], answers)}
</section>`;
}

function answerCells(content: Content): string[] {
  return [
    Object.values(content)
      .map(({ schema }) => typeOf(schema))
      .join(", "),
  ];
}

function schemaSection(name: string, schema: Shown): string {
  return `<section aria-labelledby="schema-${name}">
<h3 id="schema-${name}">${escaped(name)}</h3>
${schema.description === undefined ? "" : `<p>${escaped(schema.description)}</p>`}
${fieldsOf(schema)}
</section>`;
}

/** The fields of an object, as a table; of whatever else, its type. */
function fieldsOf(schema: Shown): string {
  const [base, own] = schema.allOf ?? [];
  if (base !== undefined && own !== undefined) return `<p>All of ${typeOf(base)}, and:</p>\n${fieldsOf(own)}`;
  if (schema.properties === undefined) return `<p>${typeOf(schema)} ${notesOf(schema)}</p>`;
  const required = new Set(schema.required ?? []);
  const rows = Object.entries(schema.properties).map(([name, field]) =>
    row(`${name}${required.has(name) ? "" : "?"}`, typeOf(field), notesOf(field), exampleOf(field)),
  );
  return rows.length === 0 ? "<p>It has no fields.</p>" : table(["field", "type", "", "example"], rows);
}

function typeOf(schema: Shown): string {
  if (schema.$ref !== undefined) {
    const name = schema.$ref.split("/").at(-1) ?? "";
    return `<a href="#schema-${name}">${escaped(name)}</a>`;
  }
  if (schema.anyOf !== undefined) return schema.anyOf.map(typeOf).join(" or ");
  if (schema.items !== undefined) return `list of ${typeOf(schema.items)}`;
  const types = [schema.type ?? "any"].flat().join(" or ");
  return escaped(schema.format === undefined ? types : `${types}, ${schema.format}`);
}

function notesOf({ description, enum: values, default: otherwise }: Shown): string {
  const words = (values ?? []).map((value) => `<code>${escaped(String(value))}</code>`).join(" · ");
  const parts = [
    escaped(description ?? ""),
    words,
    otherwise === undefined ? "" : `default <code>${escaped(JSON.stringify(otherwise))}</code>`,
  ];
  return parts.filter((part) => part !== "").join(" ");
}

function exampleOf({ examples }: Shown): string {
  return examples === undefined ? "" : `<code>${escaped(JSON.stringify(examples[0]))}</code>`;
}

function table(head: readonly string[], rows: readonly string[]): string {
  const cells = head.map((text) => `<th scope="col">${escaped(text)}</th>`).join("");
  return `<table><thead><tr>${cells}</tr></thead><tbody>${rows.join("")}</tbody></table>`;
}

/** Cells are HTML, but for the first, which is a name. */
function row(name: string, ...cells: readonly string[]): string {
  const others = cells.map((cell) => `<td>${cell}</td>`).join("");
  return `<tr><th scope="row"><code>${escaped(name)}</code></th>${others}</tr>`;
}

const style =
  ":root{color-scheme:light dark}body{font:1rem/1.5 system-ui,sans-serif;max-width:64rem;margin:2rem auto;padding:0 1rem}" +
  "h2{font-size:1.15rem;margin:2rem 0 .3rem}h3{font-size:1rem;margin:1rem 0 .3rem}p{margin:.3rem 0}ul{margin:.3rem 0;padding-left:1.2rem}" +
  "table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.2rem .8rem .2rem 0;" +
  "border-top:1px solid #8886;font-weight:normal;overflow-wrap:anywhere}thead th{font-size:.85rem;opacity:.7}code,pre{font-size:.9em}" +
  "pre{overflow-x:auto}section{overflow-x:auto}";

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? "");
}
