import { engines } from "../support/engines.ts";
import { keys, type Running, seed, startTallyhook } from "./running.ts";

interface Told {
  readonly id: string;
  readonly kind: string;
  readonly name: string;
  readonly role: string | null;
  readonly action: string;
  readonly subject: string | null;
  readonly reason: string | null;
  readonly before: Record<string, string> | null;
  readonly after: Record<string, string> | null;
  readonly request_id: string | null;
  readonly address: string | null;
}

const report = "transaction_id,currency\n";

describe.each(engines)("the trail on $name", ({ freshDatabaseUrl }) => {
  let running: Running;
  afterEach(() => running.close());

  const trail = async (query = ""): Promise<Told[]> =>
    (await running.get<{ data: Told[] }>(`/v1/actions${query}`)).body.data;
  const short = (told: readonly Told[]) =>
    told.map(({ action, subject, reason }) => [action, subject, reason]);

  test("one line for each thing that somebody with a key decided, and none for what apps and providers do", async () => {
    running = await startTallyhook(await freshDatabaseUrl());
    await running.post(seed);
    const opened = await running.write("/v1/wallets", { owner: "acme", currency: "USD" }, { key: keys.app });
    const id = opened.body.id as string;
    const usage = [{ id: "u1", wallet_id: id, meter: "none", quantity: 1 }];
    await running.write("/v1/usage", { events: usage }, { key: keys.app });
    await running.write(
      "/v1/holds",
      { wallet_id: id, amount: "1", currency: "USD", expires_in: 60 },
      { key: keys.app },
    );
    expect(await trail()).toEqual([]);

    const keyed = (idempotencyKey: string) => ({ idempotencyKey });
    const terms = { amount: "500", kind: "promo", reason: "an apology" };
    const granted = await running.write(`/v1/wallets/${id}/grants`, terms, keyed("one"));
    await running.write(`/v1/wallets/${id}/grants`, terms, keyed("one"));
    await running.write(`/v1/wallets/${id}/debits`, { amount: "120", reason: "by mistake" }, keyed("two"));
    const entry = granted.body.entry_id as string;
    await running.write(`/v1/entries/${entry}/reverse`, { reason: "not meant" }, keyed("three"));
    await running.write(`/v1/entries/${entry}/reverse`, { reason: "again" }, keyed("four"));
    await running.write("/v1/wallets/wal_none/grants", terms, keyed("five"));
    const link = { provider: "paddle", customer_ref: "ctm_1", owner: "acme" };
    await running.write("/v1/customers/link", link);
    const [event] = (await running.get<{ data: { id: string }[] }>("/v1/events")).body.data;
    await running.write(`/v1/events/${event?.id}/retry`, {});
    await running.write("/v1/events/evt_none/retry", {});
    const window = { from: "2026-01-01", to: "2026-02-01" };
    const run = await running.write("/v1/reconciliations", {
      provider: "paddle",
      level: "posting",
      ...window,
    });
    const headers = { authorization: `Bearer ${keys.finance}`, "content-type": "text/csv" };
    const imported = `${running.url}/v1/statements?provider=paddle&format=transactions`;
    await fetch(imported, { method: "POST", headers, body: report });
    const told = await trail();
    expect(short(told)).toEqual([
      ["statement.import", expect.stringMatching(/^stm_/), null],
      ["reconciliation.start", run.body.id, null],
      ["event.retry", event?.id, null],
      ["customer.link", "paddle:default:ctm_1", null],
      ["entry.reverse", entry, "not meant"],
      ["wallet.debit", id, "by mistake"],
      ["wallet.grant", id, "an apology"],
    ]);
    for (const { kind, name, role, request_id, address } of told) {
      expect([kind, name, role]).toEqual(["key", "finance-key", "finance"]);
      expect(request_id).toMatch(/^req_/);
      expect(address).toMatch(/^[\w-]{43}$/);
    }
    expect(told.at(-1)).toMatchObject({ before: { balance: "0" }, after: { balance: "500", entry } });
    expect(told.at(-2)).toMatchObject({ before: { balance: "500" }, after: { balance: "380" } });
    expect(told.at(2)).toMatchObject({ before: { outcome: "applied" } });
  });

  test("is asked by who, what, to what and when, part by part, and by finance alone", async () => {
    running = await startTallyhook(await freshDatabaseUrl());
    const opened = await running.write("/v1/wallets", { owner: "acme", currency: "USD" });
    const path = `/v1/wallets/${opened.body.id}`;
    for (const reason of ["first", "second", "third"])
      await running.write(
        `${path}/grants`,
        { amount: "1", kind: "promo", reason },
        { idempotencyKey: reason },
      );
    await running.write("/v1/customers/link", { provider: "paddle", customer_ref: "ctm_1", owner: "acme" });
    expect(short(await trail("?action=customer.link"))).toHaveLength(1);
    expect(short(await trail(`?subject=${opened.body.id}`))).toHaveLength(3);
    expect(await trail("?actor=somebody")).toEqual([]);
    expect(await trail("?kind=person")).toEqual([]);
    expect(await trail("?actor=finance-key&kind=key&from=2000-01-01&to=2001-01-01")).toEqual([]);
    const first = await running.get<{ data: Told[]; next_cursor: string }>("/v1/actions?limit=3");
    const rest = await trail(`?limit=3&cursor=${first.body.next_cursor}`);
    expect([...first.body.data, ...rest].map(({ reason }) => reason)).toEqual([
      null,
      "third",
      "second",
      "first",
    ]);
    expect((await running.get("/v1/actions", keys.read)).status).toBe(403);
    expect((await running.get("/v1/actions?action=nothing")).status).toBe(400);
  });
});
