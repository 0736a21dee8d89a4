import type { EntryId } from "../../../src/domain/ids.ts";
import { readAccounts } from "../../../src/services/ledger/read-ledger.ts";
import {
  debitByHand,
  type GrantRequest,
  grantByHand,
  reverseEntry,
  writeOffRecovery,
} from "../../../src/services/spending/book-by-hand.ts";
import { placeHold } from "../../../src/services/spending/holds.ts";
import { listWallets } from "../../../src/store/wallets/read/wallets.ts";
import { dump } from "../../support/dump.ts";
import { engines } from "../../support/engines.ts";
import { type Composed, closeAll, lineOf, saleOf, transactionEvent } from "../composed.ts";
import { acme, metered, problems, refundOf, usageOf, use, walletOf, withValue } from "./spending.ts";

afterEach(closeAll);

describe.each(engines)("by hand on $name", ({ freshDatabaseUrl }) => {
  const begin = async (policy: object = {}): Promise<Composed> => {
    const books = await metered(await freshDatabaseUrl(), policy);
    await withValue(books, 500n);
    return books;
  };
  const grant = async ({ tallyhook }: Composed, of: Partial<GrantRequest> = {}) => {
    const terms = { amount: 200n, kind: "promo", source: "bank", priority: 0, expiresAt: null } as const;
    const booked = await grantByHand(tallyhook.services, {
      walletId: acme,
      reason: "welcome",
      ...terms,
      ...of,
    });
    return booked.kind === "booked" ? booked.line.entryId : booked.kind;
  };
  const debit = async ({ tallyhook }: Composed, amount: bigint) => {
    const booked = await debitByHand(tallyhook.services, { walletId: acme, amount, reason: "phone call" });
    return booked.kind === "booked" ? booked.line : booked.kind;
  };
  const reverse = ({ tallyhook }: Composed, id: string) =>
    reverseEntry(tallyhook.services, { entryId: id as EntryId, reason: "mistake" });
  const balances = async ({ tallyhook }: Composed) => {
    const { rows } = await readAccounts(tallyhook.services, {}, { limit: 100, after: null });
    return Object.fromEntries(rows.map(({ account, amount }) => [account.replace(acme, "acme"), amount]));
  };

  test("promo value is an expense, paid value came to the bank or was there before", async () => {
    const books = await begin();
    await grant(books);
    await grant(books, { kind: "paid", source: "opening", amount: 30n });
    expect(await walletOf(books)).toMatchObject({ paid: 530n, promo: 200n });
    expect(await balances(books)).toEqual({
      "assets:bank": 500n,
      "equity:opening": 30n,
      "expenses:promo": 200n,
      "liabilities:wallet:acme:paid": -530n,
      "liabilities:wallet:acme:promo": -200n,
    });
    expect(await problems(books)).toEqual([]);
  });

  test("what cannot be given or taken changes nothing", async () => {
    const books = await begin();
    const before = await dump(books.tallyhook.services.store.read);
    expect(await grant(books, { amount: 0n })).toBe("amount_invalid");
    expect(await grant(books, { amount: -1n })).toBe("amount_invalid");
    expect(await grant(books, { amount: 2n ** 63n - 1n })).toBe("amount_invalid");
    expect(await grant(books, { expiresAt: books.clock.now() })).toBe("expires_at_past");
    expect(await grant(books, { walletId: "wal_none" as never })).toBe("wallet_unknown");
    expect(await debit(books, 0n)).toBe("amount_invalid");
    expect(await dump(books.tallyhook.services.store.read)).toBe(before);
  });

  test("a debit takes what is there and records what is not; reversed, both are undone, once", async () => {
    const books = await begin();
    const line = await debit(books, 700n);
    if (typeof line === "string") throw new Error(line);
    expect(line).toMatchObject({ requested: 700n, covered: 500n, uncovered: 200n });
    const reversed = await reverse(books, line.entryId);
    expect(reversed).toMatchObject({
      kind: "reversed",
      line: { amount: 500n, uncovered: 200n, reverses: line.seq },
    });
    const before = await dump(books.tallyhook.services.store.read);
    expect((await reverse(books, line.entryId)).kind).toBe("already_reversed");
    expect(await dump(books.tallyhook.services.store.read)).toBe(before);
    expect(await walletOf(books)).toMatchObject({ paid: 500n });
    expect(await problems(books)).toEqual([]);
  });

  test("a debit reversed gives back to lots that are empty, and to those that expired meanwhile the time they had", async () => {
    const books = await begin();
    const now = books.clock.now();
    const minute = 60_000_000_000n;
    await grant(books, { amount: 100n, expiresAt: now + minute });
    const line = await debit(books, 150n);
    if (typeof line === "string") throw new Error(line);
    books.clock.advance(90);
    await reverse(books, line.entryId);
    expect(await walletOf(books)).toMatchObject({
      promo: 100n,
      paid: 500n,
      nextExpiryAt: books.clock.now() + minute,
    });
    expect(await problems(books)).toEqual([]);
  });

  test("a grant is taken back as far as its lot has it and it is not held", async () => {
    const books = await begin();
    const id = await grant(books, { priority: -1 });
    await debit(books, 50n);
    expect(await reverse(books, id)).toMatchObject({
      line: { kind: "grant_reversal", amount: -150n, uncovered: 50n },
    });
    expect((await reverse(books, id)).kind).toBe("already_reversed");
    expect(await balances(books)).toMatchObject({ "expenses:promo": 50n, "revenue:usage:promo": -50n });
    const other = await grant(books);
    await placeHold(books.tallyhook.services, {
      payer: { walletId: acme },
      reserved: { amount: 600n },
      currency: null,
      expiresInSeconds: 60,
    });
    expect(await reverse(books, other)).toMatchObject({ line: { amount: -100n, uncovered: 100n } });
    expect(await problems(books)).toEqual([]);
  });

  test("of a grant that is spent nothing is left to take, and nothing else can be reversed", async () => {
    const books = await begin();
    const id = await grant(books, { priority: -1 });
    await use(books, usageOf("a", { meter: "jobs", quantity: 2 }));
    expect((await reverse(books, id)).kind).toBe("nothing_left");
    expect((await reverse(books, `${acme}.3`)).kind).toBe("not_reversible");
    expect((await reverse(books, `${acme}.99`)).kind).toBe("entry_unknown");
    expect((await reverse(books, "chg_1.1")).kind).toBe("entry_unknown");
  });

  test("two who reverse the same at once reverse it once", async () => {
    const books = await begin();
    const line = await debit(books, 100n);
    if (typeof line === "string") throw new Error(line);
    const results = await Promise.all(Array.from({ length: 6 }, () => reverse(books, line.entryId)));
    expect(results.filter(({ kind }) => kind === "reversed")).toHaveLength(1);
    expect(await walletOf(books)).toMatchObject({ paid: 500n });
  });

  test("recovery that is written off is not repaid, and is what a restore undoes", async () => {
    const books = await begin({ on_uncovered_reversal: "recover" });
    const sale = saleOf(1, [lineOf("txnitm_1", "pri_1", 500)]);
    await books.receive(transactionEvent(sale));
    const [sold] = (
      await listWallets(
        books.tallyhook.services.store.read,
        { owner: "paddle:ctm_1" },
        { limit: 1, after: null },
      )
    ).rows;
    const walletId = sold?.id ?? acme;
    const { services } = books.tallyhook;
    await debitByHand(services, { walletId, amount: 400n, reason: "used" });
    await books.receive(refundOf(sale, 500, "approved", "2026-01-05T00:00:00Z"));
    expect(await walletOf(books, walletId)).toMatchObject({ paid: 0n, recovery: 400n });
    const write = (amount: bigint) => writeOffRecovery(services, { walletId, amount, reason: "goodwill" });
    expect(await write(401n)).toEqual({ kind: "exceeds_recovery", recovery: 400n });
    expect(await write(150n)).toMatchObject({ kind: "written_off", lines: [{ amount: 0n }] });
    expect(await walletOf(books, walletId)).toMatchObject({ paid: 0n, recovery: 250n });
    expect(await balances(books)).toMatchObject({ "expenses:write_off": 150n });
    await books.receive(refundOf(sale, 500, "reversed", "2026-01-06T00:00:00Z"));
    expect(await walletOf(books, walletId)).toMatchObject({ paid: 100n, recovery: 0n });
    expect(await balances(books)).not.toHaveProperty("expenses:write_off", 150n);
    expect(await problems(books)).toEqual([]);
  });
});
