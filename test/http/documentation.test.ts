import { frameworkFor, operationsOf } from "../../src/http/app.ts";
import { WrongKeys } from "../../src/http/kit/api-keys.ts";
import { TrustedProxies } from "../../src/http/kit/client-address.ts";
import { BodyReader } from "../../src/http/kit/raw-body.ts";
import { RequestJournal } from "../../src/http/kit/request-journal.ts";
import { Metrics } from "../../src/http/metrics.ts";
import { engines } from "../support/engines.ts";
import { answered, keys, type Running, startTallyhook } from "./running.ts";

interface Described {
  readonly summary: string;
  readonly parameters?: { name: string; in: string; required: boolean; schema: Record<string, unknown> }[];
  readonly requestBody?: { content: { "application/json": { schema: Record<string, unknown> } } };
  readonly responses: Record<string, { description: string }>;
}

let running: Running;
let paths: Record<string, Record<string, Described>>;
beforeAll(async () => {
  const [sqlite] = engines;
  running = await startTallyhook((await sqlite?.freshDatabaseUrl()) ?? "");
  const { status, body } = await answered<{ openapi: string; paths: typeof paths }>(
    fetch(`${running.url}/openapi.json`),
  );
  expect([status, body.openapi]).toEqual([200, "3.1.0"]);
  paths = body.paths;
});
afterAll(() => running.close());

const described = () =>
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method, path, operation })),
  );

interface Layer {
  readonly route?: { readonly path: string; readonly methods: Record<string, boolean> };
  readonly handle: { readonly stack?: Layer[] };
}

/** Every method and path that Express serves, but for those that answer 405. */
function served(layers: readonly Layer[]): string[] {
  return layers.flatMap(({ route, handle }) => {
    if (route === undefined) return served(handle.stack ?? []);
    const methods = Object.keys(route.methods).filter((method) =>
      ["get", "post", "put", "patch", "delete"].includes(method),
    );
    return methods.map((method) => `${method} ${route.path.replaceAll(/:(\w+)/g, "{$1}")}`);
  });
}

test("every route that is served is described, and every described one is served", () => {
  const { services } = running.tallyhook;
  const app = frameworkFor(operationsOf(services), {
    services,
    apiKeys: [],
    door: {
      services,
      keys: [],
      wrongKeys: new WrongKeys(services.log, { proxies: new TrustedProxies(), observe: () => {} }),
    },
    journal: new RequestJournal(services.log),
    proxies: new TrustedProxies(),
    metrics: new Metrics(),
    metricsKey: null,
    bodies: new BodyReader(),
    console: (_request, _response, next) => next(),
  });
  const { stack } = (app as unknown as { router: { stack: Layer[] } }).router;
  const names = described()
    .filter(({ path }) => !path.startsWith("/webhooks/"))
    .map(({ method, path }) => `${method} ${path.replace(/^\/v1/, "")}`);
  expect(served(stack).sort()).toEqual(names.sort());
  expect(names.length).toBeGreaterThan(30);
});

test("no two routes have one name, and every one says what it is for", () => {
  const operations = operationsOf(running.tallyhook.services);
  const names = described().flatMap(
    ({ operation }) => (operation as { operationId?: string }).operationId ?? [],
  );
  expect(new Set(names).size).toBe(described().length);
  expect(described().length).toBeGreaterThan(operations.length);
  for (const { operation } of described()) expect(operation.summary.length).toBeGreaterThan(3);
});

test("parameters and bodies are described as they are sent", () => {
  const grants = paths["/v1/wallets/{id}/grants"]?.post;
  expect(grants?.requestBody?.content["application/json"].schema).toMatchObject({
    type: "object",
    additionalProperties: false,
    required: ["amount", "kind", "reason"],
    properties: { amount: { type: "string" }, kind: { enum: ["promo", "paid"] } },
  });
  expect(grants?.parameters).toContainEqual(
    expect.objectContaining({ name: "Idempotency-Key", required: true }),
  );
  expect(grants?.responses["409"]?.description).toContain("idempotency_conflict");
  const charges = paths["/v1/charges"]?.get?.parameters?.map(({ name }) => name);
  expect(charges).toEqual(expect.arrayContaining(["owner", "from", "to", "limit", "cursor"]));
  const usage = JSON.stringify(paths["/v1/usage"]?.post?.requestBody);
  for (const field of ["events", "wallet_id", "meter", "quantity", "occurred_at"])
    expect(usage).toContain(field);
});

test("every described route exists: it asks for a key before anything else", async () => {
  const statuses = await Promise.all(
    described()
      .filter(({ path }) => path.startsWith("/v1/"))
      .map(async ({ method, path }) => {
        const url = `${running.url}${path.replace("{id}", "some_id")}`;
        return (await fetch(url, { method: method.toUpperCase() })).status;
      }),
  );
  expect(new Set(statuses)).toEqual(new Set([401]));
});

test("the page names every route, and runs nothing", async () => {
  const { headers, body } = await answered<string>(fetch(`${running.url}/docs`));
  expect(headers.get("content-type")).toMatch(/^text\/html/);
  expect(headers.get("content-security-policy")).toMatch(/default-src 'none'/);
  for (const { method, path } of described()) expect(body).toContain(`${method.toUpperCase()} ${path}`);
  expect(body).not.toContain("<script");
  expect(body).not.toMatch(/(?:src|href)="http/);
});

test("an unknown path below /v1 is 404, not 405", async () => {
  const { status, body } = await running.write("/v1/nothing", {}, { key: keys.finance });
  expect([status, body.code]).toEqual([404, "not_found"]);
});
