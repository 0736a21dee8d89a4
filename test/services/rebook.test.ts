import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { audit } from "../../src/services/audit/audit.ts";
import type { PolicyInput } from "../../src/services/charges/policy-input.ts";
import { type RebookDifference, type RebookOptions, rebook } from "../../src/services/charges/rebook.ts";
import { listEntries } from "../../src/store/ledger/read/entries.ts";
import { listDiscrepancies } from "../../src/store/reconciling/read/discrepancies.ts";
import { listWallets } from "../../src/store/wallets/read/wallets.ts";
import { dump } from "../support/dump.ts";
import { engines } from "../support/engines.ts";
import { adjustmentBody } from "../support/paddle-bodies.ts";
import { type Composed, closeAll, composed, eventOf, lineOf, saleOf, transactionEvent } from "./composed.ts";
import { execute } from "./planted-trigger.ts";

const folder = mkdtempSync(join(tmpdir(), "tallyhook-rebook-"));
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(closeAll);

const session = { match: { price_ref: "pri_session" }, effect: "debit" as const };
const everything: PolicyInput = { rules: [session] };
const topUpsOnly: PolicyInput = {
  rules: [session, { match: { price_ref: "pri_topup" }, effect: "top_up" }],
  default: { effect: "none" },
};

/** The program under a policy file of this content. */
function under(databaseUrl: string, policy: PolicyInput): Promise<Composed> {
  const file = join(folder, "policy.json");
  writeFileSync(file, JSON.stringify(policy));
  return composed(databaseUrl, { environment: { POLICY_FILE: file } });
}

const cart = saleOf(1, [lineOf("txnitm_1", "pri_topup", 1000), lineOf("txnitm_2", "pri_seat", 500)]);
const seat = saleOf(2, [lineOf("txnitm_3", "pri_seat", 700)]);
const sessions = saleOf(3, [lineOf("txnitm_4", "pri_session", 1600)]);
const refunded = saleOf(4, [lineOf("txnitm_5", "pri_seat", 300)]);
const refund = adjustmentBody(refunded, {
  id: "adj_1",
  action: "refund",
  status: "approved",
  amount: 100,
  named: [{ line: 0, amount: 100 }],
  taxOnly: false,
  toBalance: null,
});
const history = [
  ...[cart, seat, sessions, refunded].map((sale) => transactionEvent(sale)),
  eventOf("adjustment.created", "refund", refund),
];

async function rebooked({ tallyhook }: Composed, of: Partial<RebookOptions>): Promise<RebookDifference[]> {
  const options = { policyVersion: 2, from: null, to: null, apply: false, reason: "", ...of };
  const differences: RebookDifference[] = [];
  for await (const difference of rebook(tallyhook.services, options)) differences.push(difference);
  return differences;
}

async function balances({ tallyhook }: Composed) {
  const { rows } = await listWallets(tallyhook.services.store.read, {}, { limit: 10, after: null });
  return rows.map(({ paid, promo, recovery }) => ({ paid, promo, recovery }));
}

const problems = async ({ tallyhook }: Composed) => (await audit(tallyhook.services)).problems;
const books = ({ tallyhook }: Composed) => dump(tallyhook.services.store.read);
const shown = (differences: RebookDifference[]) =>
  differences.map(({ ref, toppedUp, takenBack }) => [ref, ...toppedUp, ...takenBack]);

describe.each(engines)("rebooking on $name", ({ freshDatabaseUrl }) => {
  test("a changed file alone changes nothing; rebook shows, posts, and gives all back to the cent", async () => {
    const databaseUrl = await freshDatabaseUrl();
    const before = await under(databaseUrl, everything);
    for (const event of history) await before.receive(event);
    const [first] = await balances(before);
    // 1,500 + 700 + 300, less 1,600 of sessions and 100 of refund.
    expect(first).toMatchObject({ paid: 800n });

    const after = await under(databaseUrl, topUpsOnly);
    await after.receive(transactionEvent(cart, "completed", "transaction.updated"));
    expect(await balances(after)).toEqual([first]);
    expect(await problems(after)).toEqual([]);

    const untouched = await books(after);
    const differences = await rebooked(after, {});
    expect(shown(differences)).toEqual([
      ["txn_1", 1500n, 1000n, 0n, 0n],
      ["txn_2", 700n, 0n, 0n, 0n],
      ["txn_4", 300n, 0n, 100n, 0n],
    ]);
    expect(await books(after)).toBe(untouched);

    expect(await rebooked(after, { apply: true, reason: "only top-ups count" })).toEqual(differences);
    expect(await balances(after)).toEqual([{ paid: 0n, promo: 0n, recovery: 0n }]);
    expect(await problems(after)).toEqual([]);
    expect(await rebooked(after, { apply: true, reason: "again" })).toEqual([]);
    const page = { limit: 200, after: null };
    const entries = (await listEntries(after.tallyhook.services.store.read, {}, page)).rows;
    const booked = entries.filter((entry) => entry.reason !== null);
    expect(new Set(booked.map((entry) => entry.reason))).toEqual(new Set(["only top-ups count"]));
    // Of the refunded one neither what it topped up nor what was taken back stands: two dated corrections.
    expect(booked.map(({ kind }) => kind).sort()).toEqual([
      "take_back_correction",
      "top_up_correction",
      "top_up_correction",
      "top_up_correction",
      "top_up_correction",
    ]);

    await rebooked(after, { policyVersion: 1, apply: true, reason: "a mistake" });
    expect(await balances(after)).toEqual([first]);
    expect(await problems(after)).toEqual([]);
  });

  test("a policy that settles later unsettles what is not completed, and finds it again", async () => {
    const databaseUrl = await freshDatabaseUrl();
    const early = await under(databaseUrl, { settle_on: { paddle: "paid" } });
    await early.receive(transactionEvent(seat, "paid"));
    const late = await under(databaseUrl, {});
    await rebooked(late, { apply: true, reason: "settle on completed" });
    expect(await balances(late)).toEqual([{ paid: 0n, promo: 0n, recovery: 0n }]);
    expect(await problems(late)).toEqual([]);
    await rebooked(late, { policyVersion: 1, apply: true, reason: "settle on paid" });
    expect(await balances(late)).toMatchObject([{ paid: 700n }]);
    await rebooked(late, { apply: true, reason: "settle on completed" });
    await late.receive(transactionEvent(seat));
    expect(await balances(late)).toMatchObject([{ paid: 700n }]);
    expect(await problems(late)).toEqual([]);
  });

  test("a changed file does nothing to a charge that has not settled, until its next event", async () => {
    const databaseUrl = await freshDatabaseUrl();
    const late = await under(databaseUrl, {});
    await late.receive(transactionEvent(seat, "paid"));
    const early = await under(databaseUrl, { settle_on: { paddle: "paid" } });
    expect(await problems(early)).toEqual([]);
    expect(await rebooked(early, {})).toEqual([]);
    await early.receive(transactionEvent(seat, "paid", "transaction.updated"));
    expect(await balances(early)).toMatchObject([{ paid: 700n }]);
    expect(await problems(early)).toEqual([]);
    await execute(databaseUrl, "update charges set total = 701");
    expect(await problems(early)).not.toEqual([]);
  });

  test("a customer who was linked keeps the owner, and nothing seems to differ", async () => {
    const databaseUrl = await freshDatabaseUrl();
    const before = await under(databaseUrl, everything);
    await execute(
      databaseUrl,
      `insert into customers (id, provider, account, customer_ref, owner, linked_at)
       values ('paddle:default:ctm_1', 'paddle', 'default', 'ctm_1', 'acme', 0)`,
    );
    for (const event of history) await before.receive(event);
    const after = await under(databaseUrl, topUpsOnly);
    await rebooked(after, { apply: true, reason: "only top-ups count" });
    const { rows } = await listDiscrepancies(
      after.tallyhook.services.store.read,
      {},
      { limit: 10, after: null },
    );
    expect(rows).toEqual([]);
    expect(await problems(after)).toEqual([]);
  });

  test("a server that started before the version was stored still books what was pinned to it", async () => {
    const databaseUrl = await freshDatabaseUrl();
    const server = await under(databaseUrl, everything);
    for (const event of history) await server.receive(event);
    const commandLine = await under(databaseUrl, topUpsOnly);
    await rebooked(commandLine, { apply: true, reason: "only top-ups count" });
    expect(await server.receive(transactionEvent(cart, "completed", "transaction.updated"))).toMatchObject({
      outcome: "applied",
    });
    expect(server.errors).toEqual([]);
    expect(await problems(server)).toEqual([]);
  });

  test("only what settled in the window is booked anew", async () => {
    const databaseUrl = await freshDatabaseUrl();
    const before = await under(databaseUrl, everything);
    await before.receive(transactionEvent(seat));
    const after = await under(databaseUrl, topUpsOnly);
    const settled = 1_767_484_800_000_000_000n;
    expect(await rebooked(after, { from: settled + 1n })).toEqual([]);
    expect(await rebooked(after, { to: settled })).toEqual([]);
    expect(await rebooked(after, { from: settled, to: settled + 1n })).toHaveLength(1);
  });
});
