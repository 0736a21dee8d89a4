import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseInstant } from "../../src/domain/time.ts";
import { openingBalanceBody, type StatedBalance } from "../../src/providers/stripe/transfers.ts";
import { audit } from "../../src/services/audit/audit.ts";
import { rebook, rebookTransfers } from "../../src/services/charges/rebook.ts";
import { receiveTelling } from "../../src/services/inbox/receive.ts";
import { readAccounts } from "../../src/services/ledger/read-ledger.ts";
import { listPayouts } from "../../src/store/charges/read/payouts.ts";
import { listEntries } from "../../src/store/ledger/read/entries.ts";
import { engines } from "../support/engines.ts";
import { type Composed, closeAll, composed } from "./composed.ts";

afterEach(closeAll);

const start = "2026-01-01T00:00:00Z";
const at = parseInstant(start) as bigint;
const page = { limit: 50, after: null };
const balance = (amount: bigint, evidence: StatedBalance["evidence"]) =>
  openingBalanceBody({ at, currency: "USD", amount, evidence });

function fee(id: string, created: string) {
  const seconds = Number((parseInstant(created) as bigint) / 1_000_000_000n);
  const amounts = { amount: -500, fee: 0, net: -500, currency: "usd" };
  const object = {
    id,
    object: "balance_transaction",
    created: seconds,
    ...amounts,
    reporting_category: "fee",
  };
  const event = { id: `bt:${id}`, object: "event", created: seconds, type: "balance_transaction.created" };
  return Buffer.from(JSON.stringify({ ...event, data: { object } }));
}

/** What left the balance, and went back, while there were no books yet. */
function before(type: string, object: Record<string, unknown>) {
  const created = Number(at / 1_000_000_000n) - 86_400;
  const event = { id: `evt_${object.id}`, object: "event", created, type };
  return Buffer.from(JSON.stringify({ ...event, data: { object: { ...object, currency: "usd", created } } }));
}
const payout = before("payout.created", {
  id: "po_1",
  object: "payout",
  amount: 2_000,
  status: "in_transit",
});
const refund = before("refund.created", {
  id: "re_1",
  object: "refund",
  charge: "ch_1",
  payment_intent: "pi_1",
  amount: 700,
  status: "succeeded",
});

describe.each(engines)("books that begin at an instant, on $name", ({ freshDatabaseUrl }) => {
  async function begun(databaseUrl?: string, booksStartAt: string | null = start): Promise<Composed> {
    const file = join(mkdtempSync(join(tmpdir(), "tallyhook-")), "policy.json");
    writeFileSync(file, JSON.stringify({ books_start_at: booksStartAt }));
    return composed(databaseUrl ?? (await freshDatabaseUrl()), { environment: { POLICY_FILE: file } });
  }

  async function stating({ tallyhook, clock }: Composed, ...bodies: Uint8Array[]): Promise<void> {
    for (const body of bodies)
      await receiveTelling(tallyhook.services, {
        provider: "stripe",
        account: "default",
        body,
        origin: "import",
        receivedAt: clock.now(),
        unlessKnown: true,
      });
  }

  async function balances({ tallyhook: { services } }: Composed) {
    const { rows } = await readAccounts(services, {}, page);
    const sums = rows.map(({ account, amount }) => [account.replace(":stripe:default", ""), amount]);
    return Object.fromEntries(sums.filter(([, amount]) => amount !== 0n));
  }

  const earlier = fee("txn_earlier", "2025-12-31T23:59:59Z");
  const first = fee("txn_first", start);
  const books = { "assets:provider:balance": 9_500n, "equity:opening": -10_000n, "expenses:fees": 500n };

  test("have the provider's balance then as their opening, and no row before it", async () => {
    const begin = await begun();
    await stating(begin, earlier, first, balance(10_000n, "rows"));
    expect(await balances(begin)).toEqual(books);
    const { services } = begin.tallyhook;
    const { rows: entries } = await listEntries(services.store.read, {}, page);
    expect(entries.map(({ effectiveAt }) => effectiveAt)).toEqual([at, at]);
    expect((await listPayouts(services.store.read, {}, page)).rows).toEqual([]);
    expect(await audit(services)).toMatchObject({ ok: true, problems: [] });
  });

  test("open with better evidence once it comes; the difference is an entry of its own", async () => {
    const begin = await begun();
    await stating(begin, balance(9_000n, "rows"), first, balance(10_000n, "stated"), balance(9_000n, "rows"));
    expect(await balances(begin)).toEqual(books);
    const other = await begun();
    await stating(other, balance(10_000n, "stated"), balance(9_000n, "rows"), first, earlier);
    expect(await balances(other)).toEqual(books);
    expect(await audit(other.tallyhook.services)).toMatchObject({ ok: true, problems: [] });
  });

  test("that are told to begin later follow by rebooking, with entries that say why", async () => {
    const databaseUrl = await freshDatabaseUrl();
    const whole = await begun(databaseUrl, null);
    await stating(whole, earlier, first, payout, refund, balance(10_000n, "stated"));
    const told = await balances(whole);
    expect(told).toMatchObject({ "assets:provider:balance": -3_000n, "assets:provider:unsettled": -700n });
    const begin = await begun(databaseUrl);
    const differing = [
      ["provider_row", "txn_earlier"],
      ["payout", "po_1"],
      ["opening", `opening:${start}:USD`],
    ];
    expect(await rebooked(begin, { apply: false })).toEqual(differing);
    expect(await balances(begin)).toEqual(told);
    expect(await rebooked(begin, { apply: true })).toEqual(differing);
    expect(await balances(begin)).toEqual(books);
    expect(await rebooked(begin, { apply: true })).toEqual([]);
    const { services } = begin.tallyhook;
    const { rows: entries } = await listEntries(services.store.read, {}, page);
    expect(entries.filter(({ reason }) => reason === "begun anew")).toHaveLength(4);
    expect(await audit(services)).toMatchObject({ ok: true, problems: [] });
    const back = await begun(databaseUrl, null);
    await rebooked(back, { apply: true });
    expect(await balances(back)).toEqual(told);
  });

  async function rebooked({ tallyhook: { services } }: Composed, { apply }: { readonly apply: boolean }) {
    const policyVersion = services.policies.current.version;
    const options = { policyVersion, from: null, to: null, apply, reason: "begun anew" };
    for await (const _ of rebook(services, options));
    const transfers: string[][] = [];
    for await (const { kind, ref } of rebookTransfers(services, options)) transfers.push([kind, ref]);
    return transfers;
  }
});
