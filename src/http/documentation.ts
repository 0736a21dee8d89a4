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

interface Described {
  readonly summary: string;
  readonly description?: string;
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly required: boolean;
    readonly schema: object;
  }[];
  readonly requestBody?: { content: Record<string, { schema: unknown }> };
  readonly responses: Readonly<Record<string, { readonly description: string }>>;
}

function pageOf({ info, paths }: Description): string {
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, described]) => operationOf(method, path, described as Described)),
  );
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
${operations.join("\n")}
</body>
</html>
`;
}

function operationOf(
  method: string,
  path: string,
  { summary, description, ...described }: Described,
): string {
  const { parameters = [], requestBody, responses } = described;
  const name = `${method.toUpperCase()} ${path}`;
  const bodies = Object.entries(requestBody?.content ?? {});
  const rows = [
    ...parameters.map((one) =>
      row(`${one.name}${one.required ? " *" : ""}`, one.in, JSON.stringify(one.schema)),
    ),
    ...bodies.map(([type, { schema }]) => row("body", type, JSON.stringify(schema, null, 1))),
    ...Object.entries(responses).map(([status, response]) => row(status, "answer", response.description)),
  ];
  return `<section>
<h2><code>${escaped(name)}</code></h2>
<p>${escaped(summary)}. ${escaped(description ?? "")}</p>
<table>${rows.join("")}</table>
</section>`;
}

function row(name: string, where: string, what: string): string {
  return `<tr><th scope="row">${escaped(name)}</th><td>${escaped(where)}</td><td><pre>${escaped(what)}</pre></td></tr>`;
}

const style =
  "body{font:1rem/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}h2{font-size:1.1rem;margin:2rem 0 0}" +
  "p{margin:.3rem 0}table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.2rem .8rem .2rem 0;" +
  "border-top:1px solid #ddd;font-weight:normal}pre{margin:0;white-space:pre-wrap;word-break:break-word;font-size:.85rem}";

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
