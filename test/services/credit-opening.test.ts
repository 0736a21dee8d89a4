import { monthIn } from "../../src/domain/local-calendar.ts";
import { parseInstant } from "../../src/domain/time.ts";
import { audit } from "../../src/services/audit/audit.ts";
import { rebook, rebookTransfers } from "../../src/services/charges/rebook.ts";
import { rollForward } from "../../src/services/export/rollforward.ts";
import { readAccounts } from "../../src/services/ledger/read-ledger.ts";
import { listEntries } from "../../src/store/ledger/read/entries.ts";
import { listDiscrepancies } from "../../src/store/reconciling/read/discrepancies.ts";
import { customerCreditsAfter } from "../../src/store/reconciling/read/held-credits.ts";
import { engines } from "../support/engines.ts";
import { type Composed, closeAll, composed } from "./composed.ts";

afterEach(closeAll);

const start = "2026-01-01T00:00:00Z";
const booksStartAt = parseInstant(start) as bigint;
const page = { limit: 50, after: null };
const secondsOf = (time: string) => Number((parseInstant(time) as bigint) / 1_000_000_000n);

/** An invoice over 20.00 that found so much of the customer's balance (credit is below zero), and drew all of it. */
function paid(id: string, time: string, found: number, left = 0) {
  const at = secondsOf(time);
  const total = 2_000;
  const due = total + found - left;
  const object = {
    id,
    object: "invoice",
    status: "paid",
    currency: "usd",
    customer: "cus_1",
    subtotal: total,
    total,
    total_excluding_tax: total,
    starting_balance: found,
    ending_balance: left,
    amount_due: due,
    amount_paid: due,
    amount_remaining: 0,
    status_transitions: { finalized_at: at, paid_at: at },
    created: at,
  };
  return { id: `evt_${id}`, object: "event", created: at, type: "invoice.paid", data: { object } };
}

const first = paid("in_1", "2026-01-05T09:00:00Z", -500, -200);
const second = paid("in_2", "2026-02-05T09:00:00Z", -200);
/** Of last year, and heard of by nobody before it was asked for. */
const gift = paid("in_0", "2025-12-05T09:00:00Z", 0, -500);

describe.each(engines)("credit of customers from before the books, on $name", ({ freshDatabaseUrl }) => {
  async function begun(databaseUrl?: string, from: string | null = start): Promise<Composed> {
    return composed(databaseUrl ?? (await freshDatabaseUrl()), { policy: { books_start_at: from } });
  }

  async function hear(books: Composed, ...events: object[]): Promise<void> {
    for (const event of events)
      expect(await books.receive(event, "stripe")).toMatchObject({ outcome: "applied" });
  }

  async function stated({ tallyhook: { services } }: Composed, from: bigint | null = booksStartAt) {
    const { rows } = await readAccounts(services, {}, page);
    const of = (prefix: string) =>
      rows.filter(({ account }) => account.startsWith(prefix)).map(({ amount }) => amount);
    const source = { provider: "stripe", account: "default" };
    const asked = { after: "", limit: 5, booksStartAt: from };
    const { credits } = await customerCreditsAfter(services.store.read, source, asked);
    const open = await listDiscrepancies(
      services.store.read,
      { status: "open", kind: "customer_credit_differs" },
      page,
    );
    expect(await audit(services)).toMatchObject({ ok: true, problems: [] });
    return {
      ledger: of("liabilities:customer_credit:"),
      opening: of("equity:opening:"),
      held: credits.map(({ owned }) => owned),
      disagreements: open.rows.map(({ detail }) => [detail.provider_says, detail.we_say]),
    };
  }
  const agreed = (opened: bigint, left: bigint) => ({
    ledger: [-left],
    opening: [opened],
    held: [left],
    disagreements: [],
  });

  test("is what the first invoice since finds, whatever was heard first", async () => {
    const books = await begun();
    await hear(books, second);
    expect(await stated(books)).toEqual(agreed(200n, 0n));
    await hear(books, first);
    expect(await stated(books)).toEqual(agreed(500n, 0n));
    const { rows: entries } = await listEntries(
      books.tallyhook.services.store.read,
      { account: "equity:opening" },
      page,
    );
    expect(entries.map(({ effectiveAt }) => effectiveAt)).toEqual([booksStartAt, booksStartAt]);
    const month = monthIn("2026-01", "UTC");
    if (month === undefined) throw new Error("There is no such month.");
    const rolled = await rollForward(books.tallyhook.services, { month, clock: "effective" });
    expect(rolled.find(({ of }) => of === "provider_credit")).toMatchObject({
      opening: 0n,
      lines: { opened: 500n, issued: 0n, applied: -300n },
      closing: 200n,
      ties: true,
    });
  });

  test("is known before anything draws it, where what gave it is heard of", async () => {
    const books = await begun();
    await hear(books, gift);
    expect(await stated(books)).toEqual(agreed(500n, 500n));
    await hear(books, second, first);
    expect(await stated(books)).toEqual(agreed(500n, 0n));
  });

  test("follows by rebooking when the books are told to begin at another time, and back", async () => {
    const databaseUrl = await freshDatabaseUrl();
    const whole = await begun(databaseUrl, null);
    await hear(whole, first, second);
    const disagreeing = { ledger: [500n], opening: [], held: [-500n], disagreements: [["200", "-300"]] };
    expect(await stated(whole, null)).toEqual(disagreeing);
    const begin = await begun(databaseUrl);
    const opening = ["credit_opening", "credit_opening:cus_1:USD"];
    expect(await rebooked(begin, { apply: false })).toEqual([opening]);
    expect((await stated(begin)).ledger).toEqual([500n]);
    expect(await rebooked(begin, { apply: true })).toEqual([opening]);
    expect(await stated(begin)).toEqual(agreed(500n, 0n));
    expect(await rebooked(begin, { apply: true })).toEqual([]);
    const later = await begun(databaseUrl, "2026-02-01T00:00:00Z");
    expect(await rebooked(later, { apply: true })).toEqual([opening]);
    expect((await stated(later, parseInstant("2026-02-01T00:00:00Z") as bigint)).ledger).toEqual([0n]);
    const back = await begun(databaseUrl, null);
    await rebooked(back, { apply: true });
    expect(await stated(back, null)).toMatchObject({ ...disagreeing, opening: [0n] });
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
