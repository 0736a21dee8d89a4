import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { eventId } from "../../src/domain/ids.ts";
import { fromUnixSeconds } from "../../src/domain/time.ts";
import type { Patience } from "../../src/providers/kit/asking.ts";
import { paddle } from "../../src/providers/paddle/paddle.ts";
import { paddleSource } from "../../src/providers/paddle/source.ts";
import type { ProviderSource } from "../../src/providers/source.ts";
import { stripeSource } from "../../src/providers/stripe/source.ts";
import { stripe } from "../../src/providers/stripe/stripe.ts";
import type { Misbehaviour } from "../../src/simulator/stand-in/misbehaviour.ts";
import { type StandIn, serveStandIn } from "../../src/simulator/stand-in/server.ts";
import { buildWorld } from "../../src/simulator/world.ts";
import { always, impatient, listed, lookedUp, said } from "./asked.ts";

const world = buildWorld({ customers: 80, months: 5, seed: "sources" });
const keys = { paddle: "pdl_key", stripe: "sk_test_key" };
const now = () => world.endsAt;

type Name = "paddle" | "stripe";

function sourceOf(
  name: Name,
  apiUrl: string,
  { apiKey = keys[name], ...patience }: { apiKey?: string } & Partial<Patience> = {},
): ProviderSource {
  const access = { apiKey, apiUrl, patience: { ...impatient, ...patience } };
  return name === "paddle" ? paddleSource(access, now) : stripeSource(access, now);
}

describe("over a world", () => {
  let standIn: StandIn;
  afterEach(() => standIn.close());

  async function sources(
    misbehaviour: Misbehaviour = {},
    patience: Partial<Patience> = {},
  ): Promise<Record<Name, ProviderSource>> {
    standIn = await serveStandIn(world, { port: 0, keys, misbehaviour, seed: "s", now: world.endsAt });
    return {
      paddle: sourceOf("paddle", standIn.url, patience),
      stripe: sourceOf("stripe", standIn.url, patience),
    };
  }

  const everything: [Name, string, number][] = [
    ["paddle", "transactions", world.paddle.transactions.length],
    ["paddle", "adjustments", world.paddle.adjustments.length],
    ["stripe", "invoices", world.stripe.invoices.length],
    ["stripe", "invoice_payments", world.stripe.invoicePayments.length],
    ["stripe", "charges", world.stripe.payments.length],
    ["stripe", "refunds", world.stripe.refunds.length],
    ["stripe", "disputes", world.stripe.disputes.length],
    ["stripe", "credit_notes", world.stripe.notes.length],
    ["stripe", "payouts", world.stripe.payouts.length],
    ["stripe", "balance_transactions", world.stripe.rows.length],
  ];

  test.each(everything)("%s lists all %s, each once", async (name, kind, count) => {
    const refs = (await listed((await sources())[name], kind)).map(({ ref }) => ref);
    expect(refs.length).toBe(count);
    expect(new Set(refs).size).toBe(count);
  });

  test("rate limits, errors, HTML and silence are waited out: nothing is missing", async () => {
    const { paddle: one, stripe: other } = await sources(
      { rate_limit: 0.2, error: 0.1, html: 0.1, timeout: 0.05 },
      { timeoutMilliseconds: 300, tries: 40 },
    );
    expect((await listed(one, "transactions")).length).toBe(world.paddle.transactions.length);
    expect((await listed(one, "adjustments")).length).toBe(world.paddle.adjustments.length);
    expect((await listed(other, "charges")).length).toBe(world.stripe.payments.length);
    expect((await listed(other, "balance_transactions")).length).toBe(world.stripe.rows.length);
    expect(new Set(standIn.mishaps).size).toBeGreaterThan(1);
  });

  test.each<[Name, string]>([
    ["paddle", "transactions"],
    ["paddle", "events"],
    ["stripe", "charges"],
  ])("a listing of %s %s goes on where another one was broken off", async (name, kind) => {
    const source = (await sources())[name];
    const whole = (await listed(source, kind)).map(({ ref }) => ref);
    const { value: first } = await source.pages(kind, always).next();
    const rest = await listed(source, kind, { ...always, after: first?.after ?? null });
    expect([...(first?.tellings ?? []), ...rest].map(({ ref }) => ref)).toEqual(whole);
    expect(rest.length).toBeGreaterThan(0);
  });

  test.each<[Name, string, (object: Record<string, unknown>) => bigint]>([
    ["paddle", "transactions", (row) => BigInt(Date.parse(String(row.updated_at))) * 1_000_000n],
    ["paddle", "adjustments", (row) => BigInt(Date.parse(String(row.created_at))) * 1_000_000n],
    ["paddle", "events", (row) => BigInt(Date.parse(String(row.occurred_at))) * 1_000_000n],
    ["stripe", "charges", (row) => fromUnixSeconds(Number(row.created))],
  ])("%s lists %s of a window, and no others", async (name, kind, timeOf) => {
    const source = (await sources())[name];
    const from = world.endsAt - fromUnixSeconds(80 * 86_400);
    const to = world.endsAt - fromUnixSeconds(20 * 86_400);
    const inside = (await listed(source, kind, { from, to, after: null })).map(({ ref }) => ref);
    const expected = (await listed(source, kind)).filter(({ object }) => {
      const at = timeOf(object);
      return at >= from && at < to;
    });
    expect(inside.toSorted()).toEqual(expected.map(({ ref }) => ref).toSorted());
    expect(inside.length).toBeGreaterThan(0);
  });

  test("whatever is listed is read like an event, and none of it is parked", async () => {
    const both = await sources();
    const outcomes: string[] = [];
    for (const [name, provider] of [["paddle", paddle] as const, ["stripe", stripe] as const]) {
      for (const { name: kind } of both[name].kinds) {
        for (const { body } of await listed(both[name], kind)) {
          const envelope = provider.readEnvelope(body);
          if (envelope.kind === "refused") throw new Error(envelope.detail);
          const id = eventId({ provider: name, account: "default" }, envelope.providerEventId);
          outcomes.push(`${kind} ${provider.normalise(envelope, id).kind}`);
        }
      }
    }
    expect(outcomes.filter((outcome) => outcome.endsWith("parked"))).toEqual([]);
    expect(new Set(outcomes)).toContain("balance_transactions facts");
  });

  test("the same object is the same event each time it is listed", async () => {
    const { paddle: one } = await sources();
    const ids = async () => (await listed(one, "adjustments")).map((row) => said(row).event_id);
    expect(await ids()).toEqual(await ids());
  });

  test("a payment without invoice is looked up with the empty list that Stripe answered", async () => {
    const { stripe: source } = await sources();
    const payments = world.stripe.payments;
    const alone = payments.find(({ terms }) => terms.purpose.kind === "checkout");
    const paying = payments.find(({ terms }) => terms.purpose.kind !== "checkout");
    const [only] = await lookedUp(source, [alone?.terms.intentRef ?? ""]);
    expect(only?.object.invoice_payments).toMatchObject({ data: [], has_more: false });
    const found = await lookedUp(source, [paying?.terms.chargeRef ?? ""]);
    expect(found.map(({ object }) => object.object)).toEqual([
      "invoice_payment",
      "charge",
      "balance_transaction",
    ]);
    expect(found[1]?.object).not.toHaveProperty("invoice_payments");
  });

  test("what is not there is not found, and is no error", async () => {
    const both = await sources();
    expect(await lookedUp(both.stripe, ["in_none", "pi_none", "ch_none", "re_none", "dp_none"])).toEqual([]);
    expect(await lookedUp(both.paddle, ["txn_none", "adj_none"])).toEqual([]);
  });

  test.each<[Name, string]>([
    ["paddle", "transactions"],
    ["stripe", "charges"],
  ])("a wrong key of %s is an error by that name, at once", async (name, kind) => {
    await sources();
    const asked = listed(sourceOf(name, standIn.url, { apiKey: "wrong" }), kind);
    await expect(asked).rejects.toMatchObject({ code: "unauthenticated" });
  });
});

describe("a provider that is not itself", () => {
  let server: Server;
  afterEach(() => {
    server.close();
    server.closeAllConnections();
  });

  async function answering(answer: (response: ServerResponse, count: number) => void): Promise<string> {
    let count = 0;
    server = createServer((_, response) => {
      count += 1;
      answer(response, count);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  const pageOf = (name: Name, rows: string): string =>
    name === "paddle"
      ? `{"data":[${rows}],"meta":{"pagination":{"has_more":true,"next":"http://127.0.0.1/x"}}}`
      : `{"object":"list","data":[${rows}],"has_more":true}`;
  const send = (response: ServerResponse, body: string, status = 200) =>
    response.writeHead(status, { "content-type": "application/json" }).end(body);

  describe.each<[Name, string]>([
    ["paddle", "transactions"],
    ["stripe", "charges"],
  ])("%s", (name, kind) => {
    const problemAt = async (url: string, patience: Partial<Patience> = {}) =>
      await listed(sourceOf(name, url, { tries: 4, ...patience }), kind).then(
        () => "none",
        (error: { code: string }) => error.code,
      );

    test.each<[what: string, code: string, answer: (response: ServerResponse, count: number) => void]>([
      ["answers HTML", "unreadable", (response) => response.writeHead(200).end("<html>Sign in</html>")],
      ["answers half a page", "unreadable", (response) => send(response, '{"data":[{"id":"a"')],
      ["answers JSON of another shape", "unreadable", (response) => send(response, '{"data":null}')],
      ["answers a number", "unreadable", (response) => send(response, "5")],
      ["answers a text", "unreadable", (response) => send(response, '"Sign in"')],
      ["answers true", "unreadable", (response) => send(response, "true")],
      ["answers null", "unreadable", (response) => send(response, "null")],
      ["answers a list", "unreadable", (response) => send(response, "[]")],
      ["hangs up", "unavailable", (response) => response.destroy()],
      ["repeats a page", "page_repeated", (response) => send(response, pageOf(name, '{"id":"a"}'))],
      [
        "sends an integer beyond 2^53",
        "number_unsafe",
        (response) => send(response, pageOf(name, '{"id":"a","lines":[{"amount":9007199254740993}]}')),
      ],
    ])("that %s is %s", async (_, code, answer) => {
      expect(await problemAt(await answering(answer))).toBe(code);
    });

    test("that never answers is timed_out", async () => {
      expect(await problemAt(await answering(() => {}), { timeoutMilliseconds: 100 })).toBe("timed_out");
    });

    test("that is busy is waited for as long as it says, and no longer than we would", async () => {
      const limited =
        name === "paddle" ? '{"error":{"type":"request_error","code":"too_many_requests"}}' : '{"error":{}}';
      const url = await answering((response, count) => {
        if (count > 3) send(response, pageOf(name, "").replace('"has_more":true', '"has_more":false'));
        else
          response.writeHead(429, { "retry-after": "3600", "content-type": "application/json" }).end(limited);
      });
      expect(await problemAt(url)).toBe("none");
    });
  });

  test("a page of Stripe's that begins at an object which is gone is a changed list", async () => {
    const url = await answering((response) =>
      send(response, '{"error":{"type":"invalid_request_error","message":"No such charge: ch_1"}}', 400),
    );
    const asked = listed(sourceOf("stripe", url), "charges", { ...always, after: "ch_1" });
    await expect(asked).rejects.toMatchObject({ code: "list_changed" });
  });
});
