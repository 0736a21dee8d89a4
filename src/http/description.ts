import { z } from "zod";
import { version } from "../services/version.ts";
import type { Operation } from "./operation.ts";
import { type ProblemCode, problems } from "./problem.ts";
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
  const paths: Record<string, Record<string, object>> = {};
  const add = (path: string, method: string, described: object) => {
    paths[path] = { ...paths[path], [method]: described };
  };
  for (const operation of operations)
    add(`/v1${operation.path.replaceAll(/:(\w+)/g, "{$1}")}`, operation.method, describeOperation(operation));
  for (const [method, path, summary] of open)
    add(path, method, { summary, security: [], responses: { 200: { description: "Done" } } });
  return { ...heading(), paths };
}

function heading() {
  return {
    openapi: "3.1.0",
    info: {
      title: "Tallyhook",
      version: version(),
      description:
        "Amounts are strings of minor units, times RFC 3339 in UTC. An unknown field or parameter is refused by name. " +
        "The role finance may all that the roles app and read may. The header request-id of every answer is in the server's log.",
    },
    security: [{ apiKey: [] }],
    components: {
      securitySchemes: { apiKey: { type: "http", scheme: "bearer" } },
      schemas: { Problem: problemSchema },
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

function describeOperation(operation: Operation) {
  const { method, path, roles, summary } = operation;
  return {
    operationId: [method, ...(path.match(/[\w-]+/g) ?? [])].join("_").replaceAll("-", "_"),
    summary,
    description: `For the role ${[...new Set([...roles, "finance"])].join(", ")}.`,
    parameters: parametersOf(operation),
    ...requestBodyOf(operation),
    responses: responsesOf(operation),
  };
}

function requestBodyOf({ body, upload }: Operation): object {
  if (upload !== null)
    return {
      requestBody: { required: true, content: { [upload.mediaType]: { schema: { type: "string" } } } },
    };
  if (body === null) return {};
  return { requestBody: { content: { "application/json": { schema: schemaOf(body) } } } };
}

function parametersOf({ path, query, isList, idempotencyKey }: Operation): object[] {
  const { properties = {}, required = [] } = schemaOf(z.strictObject(query));
  const ids = [...path.matchAll(/:(\w+)/g)].map(([, name]) => parameter("path", name ?? "", text, true));
  const filters = Object.entries(properties).map(([name, schema]) =>
    parameter("query", name, schema as object, required.includes(name)),
  );
  const paging = [
    parameter("query", "limit", { type: "integer", minimum: 1, maximum: largestLimit }),
    parameter("query", "cursor", { ...text, description: "The next_cursor of the page before" }),
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

function responsesOf(operation: Operation): Record<string, object> {
  const codes = Map.groupBy(problemsOf(operation), (code) => problems[code][0]);
  const refused = [...codes]
    .sort(([a], [b]) => a - b)
    .map(([status, group]) => [
      status,
      {
        description: group.join(", "),
        content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
      },
    ]);
  const done = { description: "Done", content: { [operation.mediaType]: { schema: answerOf(operation) } } };
  return { [operation.status]: done, ...Object.fromEntries(refused) };
}

function answerOf({ mediaType, isList }: Operation): object {
  if (mediaType !== "application/json") return text;
  return isList ? pageSchema : { type: "object" };
}

const pageSchema = {
  type: "object",
  required: ["data", "next_cursor"],
  properties: {
    data: { type: "array", items: { type: "object" } },
    next_cursor: { type: ["string", "null"], description: "Null on the last page" },
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
