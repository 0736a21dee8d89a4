import type { UsageId } from "../../../src/domain/ids.ts";
import { audit } from "../../../src/services/audit/audit.ts";
import { placeHold, settleHold } from "../../../src/services/spending/holds.ts";
import { reverseUsage } from "../../../src/services/spending/usage.ts";
import { engines } from "../../support/engines.ts";
import { type Composed, closeAll } from "../composed.ts";
import { execute } from "../planted-trigger.ts";
import { acme, metered, usageOf, use, withValue } from "../spending/spending.ts";
import { firstOfEachKind, type Plant } from "./plants.ts";

afterEach(closeAll);

const isOf = (usage: string) => `no = (select tally_no from usage where id = '${usage}')`;

/** What somebody might do at the database's own console, and what the audit calls it. */
const plants: readonly Plant[] = [
  ["what is held", "update wallets set held = held + 1", "wallet_differs"],
  ["how many holds there are", "update wallets set hold_count = hold_count + 1", "wallet_differs"],
  ["what is pending", "update wallets set pending = '0.3'", "wallet_differs"],
  ["when something expires next", "update wallets set next_expiry_at = null", "wallet_differs"],
  ["a hold's amount", "update holds set amount = amount + 1 where status = 'open'", "wallet_differs"],
  ["a hold's status", "update holds set status = 'released' where status = 'settled'", "hold_differs"],
  [
    "what of a hold was used",
    "update holds set settled = settled - 1 where status = 'settled'",
    "hold_differs",
  ],
  ["whether a hold was late", "update holds set late = 1 where status = 'settled'", "hold_differs"],
  ["a quantity", "update usage set quantity = '7' where id = 'a'", "usage_differs"],
  ["a price", `update tallies set price = '7' where ${isOf("a")}`, "usage_differs"],
  ["a price that is none", `update tallies set price = 'seven' where ${isOf("a")}`, "usage_differs"],
  ["a meter", `update tallies set meter = null, price = null where ${isOf("a")}`, "usage_differs"],
  ["a cost", "update usage set quantity = '2', cost = '1.2' where id = 'a'", "wallet_differs"],
  ["what was requested", "update usage set covered = 2 where id = 'b'", "line_differs"],
  ["what was covered", "update usage set covered = 0, uncovered = 1 where id = 'b'", "line_differs"],
  [
    "the balance it left",
    `update tallies set balance_before = balance_before + 1 where ${isOf("b")}`,
    "usage_differs",
  ],
  ["the line it is part of", `update tallies set seq = 1 where ${isOf("b")}`, "usage_differs"],
  ["that it is part of a line", `update tallies set seq = null where ${isOf("b")}`, "usage_differs"],
  [
    "when it was applied",
    `update tallies set applied_at = applied_at - 1 where ${isOf("b")}`,
    "usage_differs",
  ],
  [
    "what it shares",
    `update usage set tally_no = (select tally_no from usage where id = 'r') where id = 'b'`,
    "usage_differs",
  ],
  [
    "where in a line it drew",
    "update usage set drawn_before = drawn_before + 1 where id = 'b'",
    "usage_differs",
  ],
  ["who lends a unit", "update usage set rounding_unit = 1 - rounding_unit where id = 'b'", "usage_differs"],
  ["what came back", "update usage set covered_back = 0 where id = 'r'", "wallet_differs"],
  [
    "that it was reversed",
    "update usage set reversed_at = null, reversed_wallet_no = null, reversed_seq = null, reversal_reason = null, covered_back = 0 where id = 'r'",
    "wallet_differs",
  ],
  ["whose line undid it", "update usage set reversed_wallet_no = 987654321 where id = 'r'", "usage_differs"],
  ["usage, gone", "delete from usage where id = 'b'", "line_differs"],
  ["a hold, gone", "delete from holds where status = 'open'", "wallet_differs"],
  ["the line that opened a lot", "update lots set opened_by = 99", "lot_differs"],
  [
    "whose usage it is",
    `update tallies set wallet_no = 987654321, seq = null where ${isOf("b")}`,
    "reference_missing",
  ],
  ["what it is said with", "update usage set tally_no = 987654321 where id = 'b'", "reference_missing"],
];

describe.each(engines)("the audit of spending on $name", ({ name, freshDatabaseUrl, copyOf }) => {
  async function spent(databaseUrl: string): Promise<Composed> {
    const books = await metered(databaseUrl);
    const { services } = books.tallyhook;
    await withValue(books, 1000n, { expiresAt: books.clock.now() + 1_000_000_000_000n });
    await use(books, usageOf("a"), usageOf("b"), usageOf("r", { meter: "jobs" }));
    await reverseUsage(services, { id: "r" as UsageId, reason: "test" });
    const hold = {
      payer: { walletId: acme },
      reserved: { amount: 100n },
      currency: null,
      expiresInSeconds: 60,
    };
    const placed = await placeHold(services, hold);
    await placeHold(services, hold);
    if (placed.kind === "placed") await settleHold(services, placed.hold.id, { amount: 40n });
    return books;
  }

  let original: string;
  beforeAll(async () => {
    original = await freshDatabaseUrl();
    const { tallyhook } = await spent(original);
    expect((await audit(tallyhook.services)).problems).toEqual([]);
    await closeAll();
  });

  test.each(name === "sqlite" ? plants : firstOfEachKind(plants))(
    "finds a change of %s",
    async (_, statements, kind) => {
      const databaseUrl = await copyOf(original);
      const books = await metered(databaseUrl);
      await execute(databaseUrl, name === "sqlite" ? `pragma foreign_keys = off; ${statements}` : statements);
      const { ok, complete, problems } = await audit(books.tallyhook.services);
      expect({ ok, complete }).toEqual({ ok: false, complete: true });
      expect(problems.map((problem) => problem.kind)).toContain(kind);
    },
  );
});
