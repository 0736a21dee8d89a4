import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { tellTurns } from "../../src/services/outbox/tell-turns.ts";
import { eventOf, lineOf, saleOf, transactionEvent } from "../services/composed.ts";
import { engines } from "../support/engines.ts";
import { adjustmentBody } from "../support/paddle-bodies.ts";
import { withAllFixtures } from "./all-fixtures.ts";
import { type Answer, keys, type Running } from "./running.ts";

type Schema = Readonly<Record<string, unknown>>;

// biome-ignore lint/suspicious/noExplicitAny: an answer is looked into, field by field.
type Body = any;

interface Described {
  readonly operationId: string;
  readonly responses: Record<string, { readonly content?: Record<string, { readonly schema: Schema }> }>;
}

interface Document {
  readonly paths: Record<string, Record<string, Described>>;
  readonly components: { readonly schemas: Record<string, Schema> };
  readonly webhooks: Record<
    string,
    { readonly post: { requestBody: { content: { "application/json": { schema: Schema } } } } }
  >;
}

/** Says of an answer whether it is what the document describes: no field less, none more. */
class Judge {
  readonly #document: Document;
  readonly #ajv: Ajv2020;
  readonly #made = new Map<object, ValidateFunction>();
  /** What was answered as it is described. */
  readonly seen = new Set<string>();

  constructor(document: Document) {
    this.#document = document;
    this.#ajv = new Ajv2020({ strict: false, allErrors: true });
    addFormats.default(this.#ajv);
    const { schemas } = document.components;
    this.#ajv.addSchema({ $id: "document", components: { schemas } });
  }

  answer(method: string, path: string, { status, body }: Answer): void {
    const template = Object.keys(this.#document.paths).find((known) => matches(known, path)) ?? path;
    const operation = this.#document.paths[template]?.[method];
    const schema = operation?.responses[String(status)]?.content;
    expect({ method, path, status, described: schema !== undefined }).toMatchObject({ described: true });
    this.#judge(`${method} ${path} ${status}`, Object.values(schema ?? {})[0]?.schema ?? {}, body);
    if (status < 300) this.seen.add(operation?.operationId ?? "");
  }

  message(type: string, sent: object): void {
    const schema = this.#document.webhooks[type]?.post.requestBody.content["application/json"].schema;
    this.#judge(type, schema ?? {}, sent);
    this.seen.add(type);
  }

  /** Everything there is to be seen: the routes that answer with JSON, and the messages. */
  get all(): string[] {
    const operations = Object.entries(this.#document.paths)
      .filter(([path]) => path.startsWith("/v1/"))
      .flatMap(([, methods]) => Object.values(methods))
      .filter(({ responses }) => "application/json" in (Object.values(responses)[0]?.content ?? {}));
    return [...operations.map(({ operationId }) => operationId), ...Object.keys(this.#document.webhooks)];
  }

  #judge(name: string, schema: Schema, body: unknown): void {
    const validate = this.#made.get(schema) ?? this.#ajv.compile(closed(schema) as Schema);
    this.#made.set(schema, validate);
    const errors = validate(body) ? [] : (validate.errors ?? []);
    expect({ name, errors, body: errors.length > 0 ? body : null }).toEqual({ name, errors: [], body: null });
  }
}

/** With nothing more than is described, wherever it is; references lead into the whole document. */
function closed(schema: unknown, isPart = false): unknown {
  if (Array.isArray(schema)) return schema.map((one) => closed(one));
  if (typeof schema !== "object" || schema === null) return schema;
  const entries = Object.entries(schema).map(([key, value]) => {
    if (key === "$ref") return [key, `document${value}`];
    if (key === "allOf") return [key, (value as unknown[]).map((one) => closed(one, true))];
    return [key, closed(value)];
  });
  const result = Object.fromEntries(entries) as Record<string, unknown>;
  const isObject = "properties" in result || "allOf" in result || "$ref" in result;
  return isObject && !isPart ? { ...result, unevaluatedProperties: false } : result;
}

function matches(template: string, path: string): boolean {
  const [pattern, plain] = [template.split("/"), (path.split("?")[0] ?? "").split("/")];
  return (
    pattern.length === plain.length &&
    pattern.every((part, index) => part.startsWith("{") || part === plain[index])
  );
}

describe.each(engines)("on $name", (engine) => {
  let running: Running;
  let judge: Judge;
  beforeAll(async () => {
    running = await withAllFixtures(engine);
    const document = await (await fetch(`${running.url}/openapi.json`)).json();
    judge = new Judge(document as Document);
  });
  afterAll(() => running.close());

  const get = async (path: string, key?: string) => {
    const answer = await running.get<Body>(path, key);
    judge.answer("get", path, answer);
    return answer.body;
  };
  let keyed = 0;
  const post = async (path: string, body?: unknown) => {
    keyed += 1;
    const answer = await running.write(path, body, { idempotencyKey: `answers-${keyed}` });
    judge.answer("post", path, answer);
    return answer.body;
  };

  test("every answer of every route has the fields that the document gives it, and no others", async () => {
    // What an app does.
    const wallet = await post("/v1/wallets", { owner: "acme", currency: "USD" });
    await post(`/v1/wallets/${wallet.id}/grants`, { amount: "900", kind: "paid", reason: "first" });
    // More than there is: below what is low, and not wholly covered.
    await post(`/v1/wallets/${wallet.id}/debits`, { amount: "1000", reason: "by hand" });
    const granted = await post(`/v1/wallets/${wallet.id}/grants`, {
      amount: "900",
      kind: "paid",
      reason: "given",
    });
    await post(`/v1/entries/${granted.entry_id}/reverse`, { reason: "too much" });
    await post(`/v1/wallets/${wallet.id}/grants`, { amount: "900", kind: "promo", reason: "again" });
    const usage = { owner: "acme", currency: "USD", meter: "calls", quantity: 2 };
    await post("/v1/usage", {
      events: [
        { id: "one", ...usage },
        { id: "one", ...usage, quantity: 3 },
        { id: "bad" },
        { id: "one", ...usage },
      ],
    });
    await get("/v1/usage/one");
    await post("/v1/usage/one/reverse", { reason: "not used" });
    await get("/v1/usage/one");
    await get("/v1/enough-balance?owner=acme&meter=calls&currency=USD", keys.app);
    await post("/v1/quotes", { owner: "acme", meter: "calls", currency: "USD", quantity: 2 });
    await post("/v1/quotes", { wallet_id: wallet.id, amount: "5" });
    const limit = { owner: "acme", period: "day", amount: "700", currency: "USD" };
    for (const method of ["put", "delete", "put"])
      judge.answer(
        method,
        "/v1/limits/daily",
        await running.write("/v1/limits/daily", method === "put" ? limit : undefined, { method }),
      );
    await get("/v1/limits");
    await get("/v1/limits/daily");
    await get("/v1/enough-balance?owner=acme&meter=calls&currency=USD", keys.app);
    await post("/v1/owners/acme/tokens", { expires_in: 60 });
    await get("/v1/reports/usage?owner=acme&by=day");
    await get("/v1/owners/acme");
    await get("/v1/owners/linked");
    const held = { owner: "acme", amount: "5", currency: "USD", expires_in: 60 };
    const hold = await post("/v1/holds", held);
    await get(`/v1/holds/${hold.id}`);
    await post(`/v1/holds/${hold.id}/extend`, { expires_in: 90 });
    await post(`/v1/holds/${hold.id}/settle`, { amount: "4" });
    await post(`/v1/holds/${(await post("/v1/holds", held)).id}/release`, {});
    expect((await post("/v1/holds", { ...held, amount: "800" })).code).toBe("limit_reached");
    expect((await post("/v1/holds", { ...held, amount: "8000" })).code).toBe("insufficient_balance");
    for (const list of ["entries", "lots", "holds", "explain"]) await get(`/v1/wallets/${wallet.id}/${list}`);
    // What finance does.
    const charges = await get("/v1/charges?limit=200");
    for (const { id } of charges.data) await get(`/v1/charges/${id}`);
    for (const { id } of charges.data.slice(0, 9)) await get(`/v1/charges/${id}/refundable`);
    const events = await get("/v1/events?limit=200");
    for (const { id } of events.data.slice(0, 20)) await get(`/v1/events/${id}`);
    await post(`/v1/events/${events.data[0].id}/retry`, {});
    const junk = events.data.find((event: Body) => event.outcome === "parked");
    await post(`/v1/events/${junk.id}/dismiss`, { reason: "a test of theirs" });
    await post(`/v1/events/${junk.id}/undismiss`, {});
    const customer = charges.data.find(
      (charge: Body) => charge.customer_ref !== null && charge.wallet_id !== null,
    );
    await post("/v1/customers/link", {
      provider: customer.provider,
      customer_ref: customer.customer_ref,
      owner: "linked",
    });
    const nobodys = charges.data.find(
      (charge: Body) => charge.owner === null && charge.customer_ref === null,
    );
    await post(`/v1/charges/${nobodys.id}/assign`, { owner: "found", reason: "the invoice says so" });
    const owed = await spentAndRefunded(running);
    await post(`/v1/wallets/${owed}/recovery/write-off`, { amount: "1", reason: "forgotten" });
    for (const { id } of (await get("/v1/wallets?limit=200")).data) {
      await get(`/v1/wallets/${id}`);
      await get(`/v1/wallets/${id}/entries?limit=200`);
    }
    for (const list of ["movements", "entries", "accounts"]) await get(`/v1/${list}?limit=200`);
    await get("/v1/accounts/revenue:sales/lines?currency=USD&clock=posted");
    for (const list of ["movements", "entries"]) {
      const { data } = (await get(`/v1/${list}?limit=1`)) as { data: { id: string }[] };
      await get(`/v1/${list}/${data[0]?.id}`);
    }
    for (const { id } of (await get("/v1/payouts?limit=200")).data) {
      await get(`/v1/payouts/${id}`);
      await get(`/v1/payouts/${id}/rows`);
    }
    const imported = await importReport(running);
    judge.answer("post", "/v1/statements", imported);
    await get("/v1/statements");
    await get(`/v1/statements/${imported.body.id}`);
    await get(`/v1/statements/${imported.body.id}/rows`);
    const unread = await importReport(running, "a,b\n1,2\n");
    judge.answer("post", "/v1/statements", unread);
    const refused = unread.body;
    await post(`/v1/statements/${refused.statement_id}/dismiss`, { reason: "another file" });
    await post(`/v1/statements/${refused.statement_id}/undismiss`, {});
    const run = await post("/v1/reconciliations", {
      provider: "stripe",
      level: "settlement",
      from: "2000-01-01",
      to: "2100-01-01",
    });
    await get("/v1/reconciliations");
    await get(`/v1/reconciliations/${run.id}`);
    await get(`/v1/reconciliations/${run.id}/rows?limit=200`);
    const { data: open } = await get("/v1/discrepancies?limit=200&status=open");
    for (const { id } of open) await get(`/v1/discrepancies/${id}`);
    await get(`/v1/discrepancies/${open[0].id}/preview?resolution=accepted`);
    await post(`/v1/discrepancies/${open[0].id}/notes`, { note: "asked them" });
    await post(`/v1/discrepancies/${open[0].id}/assignee`, { assignee: "fiona" });
    await post(`/v1/discrepancies/${open[0].id}/resolve`, { resolution: "accepted", reason: "looked at" });
    await get("/v1/reports/uncovered?month=2026-11");
    await get("/v1/reports/rollforward?month=2023-10");
    await get("/v1/audit");
    await get("/v1/audits");
    await get("/v1/actions");
    await get("/v1/overview");
    await get("/v1/search?q=txn_abc123");
    await get("/v1/charges?sums=true&from=2023-10-01&to=2023-11-01");
    // What the app is told; also of what turned, and of a provider of whom nothing was heard for days.
    const { services } = running.tallyhook;
    const later = { now: () => services.clock.now() + 3n * 86_400_000_000_000n };
    const agreed = { name: "verdict paddle:default", state: "agrees", at: services.clock.now() };
    await services.store.tellTurn({ ...agreed, messageAfter: () => null });
    await tellTurns({ ...services, clock: later });
    for (let path = "/v1/outbox?limit=200"; path !== ""; ) {
      const page = await get(path);
      for (const { type, created_at: timestamp, data } of page.data)
        judge.message(type, { type, timestamp, data });
      path = page.next_cursor === null ? "" : `/v1/outbox?limit=200&cursor=${page.next_cursor}`;
    }
    const [message] = (await get("/v1/outbox")).data;
    await post(`/v1/outbox/${message.id}/retry`, {});
    // And what is refused.
    await get("/v1/charges/none");
    await get("/v1/charges?limit=0");
    await get("/v1/charges", "not-a-key-of-anybody");
    expect(judge.all.filter((name) => !judge.seen.has(name))).toEqual([]);
  }, 120_000);
});

/** A wallet whose value was spent before it was taken back. */
async function spentAndRefunded(running: Running): Promise<string> {
  const sale = saleOf(900, [lineOf("a", "pri_plan", 1000)]);
  await running.post(JSON.stringify(transactionEvent(sale)));
  const [wallet] = (await running.get<Body>("/v1/charges?ref=txn_900")).body.data;
  await running.write(
    `/v1/wallets/${wallet.wallet_id}/debits`,
    { amount: "900", reason: "spent" },
    { idempotencyKey: "spent" },
  );
  const whole = { id: "adj_900", action: "refund", status: "approved", amount: 1000 };
  const refund = adjustmentBody(sale, { ...whole, named: [], taxOnly: false, toBalance: null });
  await running.post(JSON.stringify(eventOf("adjustment.created", "adj_900", refund)));
  return wallet.wallet_id;
}

/** With a row that counts, and one that cannot be read. */
const balances =
  "category,description,net_amount,currency\nending_balance,End,12.00,usd\nending_balance,End,twelve,eur\n";

async function importReport({ url }: Running, lines = balances): Promise<Answer> {
  const query = "provider=stripe&format=balance_summary&from=2026-10-01T00:00:00Z&to=2026-11-01T00:00:00Z";
  const response = await fetch(`${url}/v1/statements?${query}`, {
    method: "POST",
    headers: { authorization: `Bearer ${keys.finance}`, "content-type": "text/csv" },
    body: lines,
  });
  return { status: response.status, headers: response.headers, body: await response.json() };
}
