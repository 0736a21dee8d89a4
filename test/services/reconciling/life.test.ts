import { audit } from "../../../src/services/audit/audit.ts";
import { paidRows } from "../../../src/simulator/breaks/candidates.ts";
import type { Running } from "../../http/running.ts";
import { engines } from "../../support/engines.ts";
import {
  dearer,
  found,
  heardBooks,
  history,
  type Listed,
  type Providers,
  reconcile,
  richer,
  serveProviders,
  startAgainst,
  world,
} from "./held-against.ts";

const [row, other, third] = paidRows(world).map(({ row: { id } }) => id);
const customer = world.stripe.invoices.find(({ finalizedAt }) => finalizedAt !== null)?.terms.customerRef;
if (row === undefined || other === undefined || third === undefined || customer === undefined)
  throw new Error("A small world.");

describe.each(engines)("a discrepancy of a reconciliation, on $name", (engine) => {
  let providers: Providers;
  let server: Running;
  beforeAll(async () => {
    providers = await serveProviders();
    server = await startAgainst(providers, await heardBooks(engine));
  });
  afterEach(async () => {
    expect(server.errors).toEqual([]);
    providers.states();
    await reconcile(server, "settlement");
    await reconcile(server, "customer_credit");
    expect(await found(server)).toEqual([]);
  });
  afterAll(async () => {
    await expectSound();
    await server.close();
    await providers.close();
  });

  async function expectSound(): Promise<void> {
    const { ok, problems } = await audit(server.tallyhook.services);
    expect({ ok, problems }).toEqual({ ok: true, problems: [] });
  }

  async function only(): Promise<Listed> {
    const [one, ...others] = await found(server);
    expect(others).toEqual([]);
    if (one === undefined) throw new Error("Nothing is open.");
    return one;
  }

  const resolve = (id: string, body: object) => server.write(`/v1/discrepancies/${id}/resolve`, body);

  async function announced(id: string): Promise<number> {
    const { body } = await server.get<{ data: { type: string; data: { id?: string } }[] }>(
      "/v1/outbox?limit=200",
    );
    return body.data.filter(({ type, data }) => type === "discrepancy.opened" && data.id === id).length;
  }

  /** Of all accounts that have a balance: what they come to, in all, is nothing. */
  async function balances(): Promise<Record<string, string>> {
    const balances: Record<string, string> = {};
    for (let cursor: string | null = ""; cursor !== null; ) {
      const {
        body,
      }: {
        body: { data: { account: string; currency: string; balance: string }[]; next_cursor: string | null };
      } = await server.get(`/v1/accounts?limit=200${cursor === "" ? "" : `&cursor=${cursor}`}`);
      for (const { account, currency, balance } of body.data) balances[`${account} ${currency}`] = balance;
      cursor = body.next_cursor ?? null;
    }
    return balances;
  }

  test("the two sides agree before anything is wrong", async () => {
    for (const level of ["completeness", "settlement", "customer_credit", "posting", "wallets"] as const)
      expect([level, (await reconcile(server, level)).status]).toEqual([level, "matched"]);
    for (const level of ["payout", "rollforward"] as const)
      expect([level, (await reconcile(server, level)).status]).toEqual([level, "matched"]);
  });

  test("opens, is accepted, stays so, opens again when a side changes, and disappears", async () => {
    providers.states(dearer(row, 7));
    expect((await reconcile(server, "settlement")).status).toBe("discrepancies");
    const { id, kind, differences } = await only();
    expect([kind, differences]).toEqual(["fee_differs", [{ currency: "USD", amount: "-7" }]]);
    expect(await announced(id)).toBe(1);

    const accepted = await resolve(id, { resolution: "accepted", reason: "Stripe's fee rose" });
    expect(accepted).toMatchObject({ status: 200, body: { status: "resolved", entry_id: null } });
    await expectSound();
    const again = await reconcile(server, "settlement");
    expect([again.status, again.counts.resolved]).toEqual(["matched", 1]);
    expect(again.totals).toMatchObject([{ difference: -7n, explained: -7n, unexplained: 0n }]);

    const { body: rows } = await server.get(`/v1/reconciliations/${again.id}/rows?class=resolved`);
    expect(rows).toMatchObject({ data: [{ key: row, kind: "fee_differs", discrepancy_id: id }] });

    providers.states(dearer(row, 9));
    expect((await reconcile(server, "settlement")).status).toBe("discrepancies");
    const { id: unchanged } = await reconcile(server, "settlement");
    const { body: open } = await server.get(`/v1/reconciliations/${unchanged}/rows?class=differs`);
    expect(open).toMatchObject({ data: [{ key: row, discrepancy_id: id }] });
    expect(await only()).toMatchObject({ id, resolution: null, differences: [{ amount: "-9" }] });
    expect(await announced(id)).toBe(2);
    await expectSound();

    providers.states();
    expect((await reconcile(server, "settlement")).status).toBe("matched");
    expect(await found(server)).toEqual([]);
    expect(await history(server, id)).toMatchObject([
      { action: "opened", by: null, reconciliation_id: expect.stringMatching(/^rec_/) },
      {
        action: "resolved_by_person",
        by: "finance-key",
        resolution: "accepted",
        reason: "Stripe's fee rose",
      },
      { action: "reopened", by: null, resolution: null },
      { action: "resolved", by: null, resolution: "disappeared" },
    ]);
  });

  test("what a person settled lapses when both sides agree: the same difference is news later", async () => {
    providers.states(dearer(other, 3));
    await reconcile(server, "settlement");
    const { id } = await only();
    await resolve(id, { resolution: "provider_fixed", reason: "they say so" });
    providers.states();
    await reconcile(server, "settlement");
    providers.states(dearer(other, 3));
    expect((await reconcile(server, "settlement")).status).toBe("discrepancies");
    expect((await history(server, id)).map(({ action }) => action)).toEqual([
      "opened",
      "resolved_by_person",
      "resolved",
      "reopened",
    ]);
  });

  test("a difference that is written off is posted, and taken back once it has gone", async () => {
    const before = await balances();
    providers.states(dearer(third, 7));
    await reconcile(server, "settlement");
    const { id } = await only();
    const { body } = await resolve(id, { resolution: "written_off", reason: "not worth asking" });
    expect(body.entry_id).toBe(`${id}.1`);
    expect(await balances()).toEqual(
      added(before, { "assets:provider:stripe:default:balance USD": -7n, "expenses:differences USD": 7n }),
    );
    await expectSound();
    expect(await reconcile(server, "settlement")).toMatchObject({
      status: "matched",
      counts: { resolved: 1 },
    });
    // What its rows differ by is settled: so is what payouts and the balance differ by.
    for (const level of ["payout", "rollforward"] as const) {
      const run = await reconcile(server, level);
      expect([level, run.status, run.counts.reported]).toEqual([level, "matched", undefined]);
    }

    providers.states();
    await reconcile(server, "settlement");
    expect(await balances()).toEqual(added(before, { "expenses:differences USD": 0n }));
    await expectSound();
    expect((await history(server, id)).map(({ action, entry_id }) => [action, entry_id])).toEqual([
      ["opened", null],
      ["resolved_by_person", `${id}.1`],
      ["resolved", null],
      ["lapsed", `${id}.2`],
    ]);

    // And once more: entries are counted, never changed.
    providers.states(dearer(third, 7));
    await reconcile(server, "settlement");
    const second = await resolve(id, {
      resolution: "posted",
      reason: "a fee",
      account: "expenses:fees:stripe:default",
      amount: "5",
    });
    expect(second.body.entry_id).toBe(`${id}.3`);
    await expectSound();
    await reconcile(server, "settlement");
    expect(await reconcile(server, "rollforward")).toMatchObject({
      status: "matched",
      counts: { resolved: 1 },
    });
    providers.states(dearer(third, 8));
    await reconcile(server, "settlement");
    expect(await only()).toMatchObject({ id, differences: [{ amount: "-8" }] });
    expect(await balances()).toEqual(added(before, { "expenses:differences USD": 0n }));
  });

  test("what is posted for a balance as a whole stands until single rows tell of it", async () => {
    const before = await balances();
    providers.states(dearer(third, 7));
    expect((await reconcile(server, "rollforward")).status).toBe("discrepancies");
    const { id, key } = await only();
    expect(key).toBe("USD activity");
    await resolve(id, { resolution: "written_off", reason: "nobody knows" });
    for (const _ of [1, 2])
      expect(await reconcile(server, "rollforward")).toMatchObject({
        status: "matched",
        counts: { resolved: 1 },
      });
    expect((await balances())["assets:provider:stripe:default:balance USD"]).not.toBe(
      before["assets:provider:stripe:default:balance USD"],
    );
    await expectSound();
    await reconcile(server, "settlement");
    expect(await reconcile(server, "rollforward")).toMatchObject({
      status: "discrepancies",
      counts: { reported: 1 },
    });
    expect(await only()).toMatchObject({ level: "settlement" });
    expect(await balances()).toEqual(added(before, { "expenses:differences USD": 0n }));
  });

  test("credit of a customer's that is posted raises what we owe, until a side changes", async () => {
    const before = await balances();
    providers.states(richer(customer, 50));
    await reconcile(server, "customer_credit");
    const { id, key, differences } = await only();
    const [difference] = differences;
    expect([key, difference?.amount]).toEqual([`${customer}:${difference?.currency}`, "50"]);
    const posted = await resolve(id, {
      resolution: "posted",
      reason: "goodwill",
      account: "expenses:goodwill",
    });
    expect(posted.body.entry_id).toBe(`${id}.1`);
    const liability = `liabilities:customer_credit:stripe:default:${customer} ${difference?.currency}`;
    const changes = { [liability]: -50n, [`expenses:goodwill ${difference?.currency}`]: 50n };
    expect(await balances()).toEqual(added(before, changes));
    await expectSound();
    for (const _ of [1, 2])
      expect(await reconcile(server, "customer_credit")).toMatchObject({
        status: "matched",
        counts: { resolved: 1 },
      });
    expect(await balances()).toEqual(added(before, changes));
  });

  test("is settled once, by one of two at the same time, with what it allows", async () => {
    providers.states(dearer(row, 7));
    await reconcile(server, "settlement");
    const { id } = await only();
    const refused = async (body: object) => {
      const answer = await resolve(id, { reason: "because", ...body });
      return [answer.status, answer.body.code, answer.body.detail];
    };
    const invalid = [400, "body_invalid"];
    expect(await refused({ resolution: "written_off", amount: "8" })).toEqual([
      ...invalid,
      "amount: must be from 1 to 7 USD.",
    ]);
    expect(await refused({ resolution: "written_off", account: "expenses:fees" })).toEqual([
      ...invalid,
      expect.stringContaining("expenses:differences"),
    ]);
    for (const account of [
      undefined,
      "assets:provider:stripe:default:balance",
      "liabilities:wallet:x",
      "expenses: x",
      "expenses:a\nassets:b",
      "expensesive",
    ])
      expect((await refused({ resolution: "posted", account })).slice(0, 2)).toEqual(invalid);
    const two = await Promise.all(
      ["written_off", "accepted"].map((resolution) => resolve(id, { resolution, reason: "at once" })),
    );
    expect(two.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect(two.find(({ status }) => status === 409)?.body.code).toBe("already_resolved");
    await expectSound();
  });
});

/** Balances after postings, as strings; an account that has a balance of zero stays listed. */
function added(before: Record<string, string>, changes: Record<string, bigint>): Record<string, string> {
  const after = { ...before };
  for (const [name, amount] of Object.entries(changes))
    after[name] = (BigInt(after[name] ?? "0") + amount).toString();
  return after;
}
