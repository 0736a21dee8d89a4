import { Router } from "express";
import { describeApi } from "./description.ts";
import type { Operation } from "./operation.ts";

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
<p>Send an API key with every request below <code>/v1</code>. Keys and their roles are set by <code>API_KEYS</code>.</p>
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
