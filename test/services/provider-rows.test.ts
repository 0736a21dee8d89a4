import { readFileSync } from "node:fs";
import { join } from "node:path";
import { audit } from "../../src/services/audit/audit.ts";
import { receiveTelling } from "../../src/services/inbox/receive.ts";
import { readAccounts } from "../../src/services/ledger/read-ledger.ts";
import { listPayouts } from "../../src/store/charges/read/payouts.ts";
import { listEntries } from "../../src/store/ledger/read/entries.ts";
import { listDiscrepancies } from "../../src/store/reconciling/read/discrepancies.ts";
import { engines } from "../support/engines.ts";
import { projectRoot } from "../support/project-root.ts";
import { type Composed, closeAll, composed } from "./composed.ts";

afterEach(closeAll);

const fixture = (name: string) =>
  JSON.parse(readFileSync(join(projectRoot, `fixtures/stripe/${name}.json`), "utf8"));
const rowNamed = (name: string) => fixture(`balance_transaction.created/${name}-endive`);
const rows = ["topup", "billing-fee", "reserve", "instant-payout"].map(rowNamed);
const page = { limit: 50, after: null };

/** As a listing or an import brings it. */
function stating({ tallyhook, clock }: Composed, event: object) {
  return receiveTelling(tallyhook.services, {
    provider: "stripe",
    account: "default",
    body: Buffer.from(JSON.stringify(event)),
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

const [topup, fee, , payout] = rows.map(({ data }) => data.object);
const booked = {
  "assets:provider:balance": 100_000n - 1_230n - 40_000n - 50_500n,
  "assets:provider:reserve": 40_000n,
  "expenses:fees": 1_230n + 500n,
  [`assets:suspense:${topup.id}`]: -100_000n,
  [`assets:in_transit:${payout.source}`]: 50_000n,
};

describe.each(engines)(
  "rows of the provider's balance that settle no charge, on $name",
  ({ freshDatabaseUrl }) => {
    let books: Composed;
    beforeEach(async () => {
      books = await composed(await freshDatabaseUrl());
    });

    test("are booked, and listed as entries; what has no place is in suspense, and a discrepancy", async () => {
      for (const row of rows) expect(await stating(books, row)).toMatchObject({ outcome: "applied" });
      expect(await balances(books)).toEqual(booked);
      const { services } = books.tallyhook;
      const { rows: entries } = await listEntries(services.store.read, {}, page);
      expect(entries.map(({ kind }) => kind)).toEqual(Array(4).fill("provider"));
      expect((await listDiscrepancies(services.store.read, {}, page)).rows).toMatchObject([
        {
          kind: "row_unplaced",
          status: "open",
          chargeId: null,
          detail: { row: topup.id, category: "topup" },
        },
      ]);
      expect(await audit(services)).toMatchObject({ ok: true, problems: [] });
    });

    test("are no payouts; a payout that only its row tells of is one", async () => {
      for (const row of rows) await stating(books, row);
      const { rows: payouts } = await listPayouts(books.tallyhook.services.store.read, {}, page);
      expect(payouts).toMatchObject([{ key: { ref: payout.source }, status: "in_transit", amount: 50_000n }]);
    });

    test("are the same from the API and from a report, in either order and any number of times", async () => {
      const reported = rows.map((event) => {
        const { type: _, balance_type: __, description: ___, ...object } = event.data.object;
        return { ...event, id: `row:${object.id}`, api_version: undefined, data: { object } };
      });
      for (const event of [...rows, ...reported, ...rows]) await stating(books, event);
      expect(await balances(books)).toEqual(booked);
      const other = await composed(await freshDatabaseUrl());
      for (const event of [...reported.toReversed(), ...rows]) await stating(other, event);
      expect(await balances(other)).toEqual(booked);
      expect(await audit(other.tallyhook.services)).toMatchObject({ ok: true });
    });

    test("leave the same books in every order", async () => {
      const events = [
        ...rows,
        fixture("payout.created/november"),
        fixture("balance_transaction.updated/payout-endive"),
      ];
      for (const event of events) await stating(books, event);
      const other = await composed(await freshDatabaseUrl());
      for (const event of events.toReversed()) await stating(other, event);
      expect(await balances(other)).toEqual(await balances(books));
    });

    test("a fee that is told without a place at first has one once a report names it", async () => {
      const vague = {
        ...rows[1],
        data: { object: { ...fee, reporting_category: undefined, type: "adjustment" } },
      };
      await stating(books, vague);
      expect(await balances(books)).toMatchObject({ [`assets:suspense:${fee.id}`]: 1_230n });
      await stating(books, { ...rows[1], id: `row:${fee.id}` });
      expect(await balances(books)).toEqual({ "assets:provider:balance": -1_230n, "expenses:fees": 1_230n });
      expect((await listDiscrepancies(books.tallyhook.services.store.read, {}, page)).rows).toMatchObject([
        { kind: "row_unplaced", status: "resolved" },
      ]);
      expect(await audit(books.tallyhook.services)).toMatchObject({ ok: true });
    });

    test("of a dispute are its own: told apart or listed by it, they are booked once", async () => {
      const story = readFileSync(join(projectRoot, "fixtures/scenarios/stripe-dispute-won.jsonl"), "utf8")
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line))
        .filter(({ object }) => object === "event");
      const dispute = story.map(({ data }) => data.object).findLast(({ object }) => object === "dispute");
      const apart = dispute.balance_transactions.map(
        (row: { id: string; created: number; amount: number }) => ({
          ...rows[0],
          id: `bt:${row.id}`,
          created: row.created,
          data: {
            object: {
              ...row,
              source: dispute.id,
              reporting_category: row.amount < 0 ? "dispute" : "dispute_reversal",
            },
          },
        }),
      );
      for (const event of story) await books.receive(event, "stripe");
      const told = await balances(books);
      for (const event of apart) await stating(books, event);
      expect(await balances(books)).toEqual(told);
      const other = await composed(await freshDatabaseUrl());
      for (const event of apart) expect(await stating(other, event)).toMatchObject({ outcome: "waiting" });
      // Only the first body of the dispute was delivered, which lists no more than what was withdrawn.
      const last = story.findLast(({ data }) => data.object.object === "dispute");
      const first = story.find(({ data }) => data.object.object === "dispute");
      for (const event of story)
        if (event === first || event.data.object.object !== "dispute") await other.receive(event, "stripe");
      expect((await balances(other))["assets:provider:balance"]).toBe(told["assets:provider:balance"]);
      await other.receive(last, "stripe");
      expect(await balances(other)).toEqual(told);
      expect(await audit(other.tallyhook.services)).toMatchObject({ ok: true });
    });
  },
);
