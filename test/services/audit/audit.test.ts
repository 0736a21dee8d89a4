import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type AuditReport, audit } from "../../../src/services/audit/audit.ts";
import { engines } from "../../support/engines.ts";
import { projectRoot } from "../../support/project-root.ts";
import { closeAll, composed } from "../composed.ts";
import { execute } from "../planted-trigger.ts";
import { firstOfEachKind, type Plant } from "./plants.ts";

afterEach(closeAll);

/** All recorded bodies but those of one story, whose policy is its own. */
async function books(databaseUrl: string): Promise<void> {
  const { tallyhook, receive } = await composed(databaseUrl);
  for (const file of globSync("fixtures/paddle/**/*.json", { cwd: projectRoot }).sort())
    if (!file.endsWith(".expected.json")) await receive(readFileSync(join(projectRoot, file)));
  // One cent less was captured than is owed: a discrepancy of its charge.
  const odd = JSON.parse(
    readFileSync(join(projectRoot, "fixtures/paddle/transaction.completed/seed.json"), "utf8"),
  );
  odd.event_id = "evt_odd";
  odd.data.id = "txn_odd";
  odd.data.payments[0].amount = "498";
  await receive(odd);
  // Of another one that is said at first, and then what was owed.
  for (const [version, amount] of ["498", "499"].entries()) {
    const mended = structuredClone(odd);
    Object.assign(mended, {
      event_id: `evt_mended_${version}`,
      occurred_at: `2023-10-18T11:00:0${version}Z`,
    });
    mended.data.id = "txn_mended";
    mended.data.payments[0].amount = amount;
    await receive(mended);
  }
  for (const row of ["topup", "billing-fee"])
    await receive(
      readFileSync(join(projectRoot, `fixtures/stripe/balance_transaction.created/${row}-endive.json`)),
      "stripe",
    );
  await tallyhook.close();
}

async function auditOf(databaseUrl: string): Promise<AuditReport> {
  const { tallyhook } = await composed(databaseUrl);
  const report = await audit(tallyhook.services);
  await tallyhook.close();
  return report;
}

const first = (table: string, where = "true", key = "no") =>
  `(select min(${key}) from ${table} where ${where})`;
const seed = "(select no from charges where ref = 'txn_abc123')";
const seedEvent = "(select no from events where provider_event_id = 'evt_abc123')";
const wallet = "(select wallet_no from lots where charge_no is not null order by wallet_no limit 1)";

/** What somebody might do at the database's own console, and what the audit calls it. */
const plants: readonly Plant[] = [
  [
    "a posting",
    `update postings set amount = amount + 1 where entry_no = ${first("postings", "true", "entry_no")}`,
    "posting_differs",
  ],
  [
    "a wallet",
    `update wallets set paid = paid + 1, balance = balance + 1 where no = ${first("wallets")}`,
    "wallet_differs",
  ],
  [
    "whose a wallet is",
    `update wallets set owner = 'mallory' where no = ${first("wallets")}`,
    "wallet_differs",
  ],
  [
    "a lot",
    `update lots set amount = amount + 1, remaining = remaining + 1 where wallet_no = ${wallet}`,
    "wallet_differs",
  ],
  ["whose a lot is", `update lots set charge_no = ${seed} where wallet_no = ${wallet}`, "lot_differs"],
  ["S of a charge", `update charges set topped_up = topped_up + 1 where no = ${seed}`, "wallet_side_differs"],
  ["a charge", `update charges set grand_total = grand_total + 1 where no = ${seed}`, "charge_differs"],
  ["whose a charge is", `update charges set owner = 'mallory' where no = ${seed}`, "pin_differs"],
  [
    "how many entries it counts",
    `update charges set entry_count = entry_count + 1 where no = ${seed}`,
    "entries_differ",
  ],
  [
    "a statement line",
    "update wallet_lines set balance_after = balance_after + 1 where seq = 1",
    "line_differs",
  ],
  [
    "why a line is there",
    `update wallet_lines set event_no = ${first("events")} where charge_no = ${seed}`,
    "line_differs",
  ],
  [
    "a movement",
    `update movements set amount = amount + 1 where no = ${first("movements")}`,
    "charge_differs",
  ],
  [
    "what a row of the provider's balance is",
    "update payouts set terms = replace(terms, 'unplaced', 'reserve')",
    "payout_differs",
  ],
  [
    "what a row of the provider's balance moved",
    "update payouts set amount = amount + 1 where kind = 'provider_row'",
    "payout_differs",
  ],
  [
    "what is open of a row without a place",
    "update payouts set discrepancies = '{}' where kind = 'provider_row'",
    "discrepancy_differs",
  ],
  [
    "the discrepancy of a row without a place, gone",
    "delete from discrepancies where kind = 'row_unplaced'",
    "discrepancy_differs",
  ],
  [
    "a row's suspense, moved to where nobody looks",
    "update accounts set path = 'expenses:differences' where path like 'assets:suspense:stripe:%'",
    "posting_differs",
  ],
  ["a payout", `update payouts set amount = amount + 1 where no = ${first("payouts")}`, "payout_differs"],
  [
    "a fact",
    `update facts set body = replace(body, '499', '500') where event_no = ${seedEvent}`,
    "facts_differ",
  ],
  ["an event's type", `update events set type = 'transaction.paid' where no = ${seedEvent}`, "event_differs"],
  [
    "an ignored event, which speaks of money",
    `update events set outcome = 'ignored' where no = ${seedEvent};
    delete from facts where event_no = ${seedEvent}`,
    "facts_missing",
  ],
  ["credit of a customer", "update customer_credits set issued = issued + 1", "customer_credit_differs"],
  ["credit of a customer, gone", "delete from customer_credits", "customer_credit_differs"],
  ["when credit of a customer became known, gone", "delete from credit_memos", "customer_credit_differs"],
  ["a policy", "update policies set body = replace(body, 'grand_total', 'total')", "policy_differs"],
  ["a message, given words of its own", "update outbox set data = '{}' where seq = 1", "message_differs"],
  ["the line that a message tells of", "update outbox set seq = seq + 1 where seq = 1", "message_differs"],
  [
    "the charge that a message names",
    `update outbox set charge_no = (select no from charges where ref = 'txn_odd') where seq = 1`,
    "message_differs",
  ],
  [
    "a message, gone",
    `delete from outbox where no = ${first("outbox", "wallet_no is not null")}`,
    "message_missing",
  ],
  [
    "a discrepancy, gone",
    "delete from discrepancies where charge_no = (select no from charges where ref = 'txn_odd')",
    "discrepancy_differs",
  ],
  [
    "a customer's discrepancy, gone",
    "delete from discrepancies where kind = 'credit_source_unknown'",
    "discrepancy_differs",
  ],
  [
    "a discrepancy, resolved by nobody",
    "update discrepancies set status = 'resolved' where charge_no = (select no from charges where ref = 'txn_odd')",
    "discrepancy_differs",
  ],
  [
    "a discrepancy that was resolved",
    "update discrepancies set status = 'open' where status = 'resolved'",
    "discrepancy_differs",
  ],
  [
    "the sides of a discrepancy that was resolved",
    "update discrepancies set detail = replace(detail, '498', '497') where status = 'resolved'",
    "discrepancy_differs",
  ],
  [
    "what the app was told of a charge",
    "update outbox set data = replace(data, 'txn_abc123', 'txn_other') where type = 'charge.settled'",
    "message_differs",
  ],
  ["that a charge settled, untold", "delete from outbox where type = 'charge.settled'", "message_missing"],
  [
    "that a charge was reversed, untold",
    "delete from outbox where type = 'charge.reversed'",
    "message_missing",
  ],
  [
    "the order in which a lot is spent",
    `update lots set priority = priority + 1 where wallet_no = ${wallet}`,
    "lot_differs",
  ],
  ["a charge, gone", `delete from charges where no = ${seed}`, "reference_missing"],
  ["an event, gone", `delete from events where no = ${seedEvent}`, "reference_missing"],
  [
    "postings of no entry",
    "insert into postings select 987654321, min(no), 1 from accounts",
    "reference_missing",
  ],
  [
    "an entry of nothing",
    `insert into entries (no, id, kind, ordinal, effective_at, posted_at)
      values (987654321, 'chg_x.1', 'provider', 1, 1, 1);
    insert into postings select 987654321, no, 5 from accounts where path = 'revenue:sales' and currency = 'USD';
    insert into postings select 987654321, no, -5 from accounts where path = 'equity:fx' and currency = 'USD'`,
    "entry_misfiled",
  ],
];

describe.each(engines)("the audit on $name", ({ name, freshDatabaseUrl, copyOf }) => {
  let original: string;
  beforeAll(async () => {
    original = await freshDatabaseUrl();
    await books(original);
  });

  test("finds nothing in what events alone have made", async () => {
    expect(await auditOf(original)).toMatchObject({ ok: true, complete: true, problems: [] });
  });

  // What is read is the same on both, and judged by neither: on PostgreSQL one change for every kind of problem.
  test.each(name === "sqlite" ? plants : firstOfEachKind(plants))(
    "finds a change of %s",
    async (_, statements, kind) => {
      const copy = await copyOf(original);
      await execute(copy, name === "sqlite" ? `pragma foreign_keys = off; ${statements}` : statements);
      const { ok, complete, problems } = await auditOf(copy);
      expect({ ok, complete }).toEqual({ ok: false, complete: true });
      expect(problems.map((problem) => problem.kind)).toContain(kind);
    },
  );

  test("names a row that cannot be read, and goes on with the others", async () => {
    const copy = await copyOf(original);
    await execute(copy, `update charges set rest = '[' where no = ${seed}`);
    const { ok, complete, checked, problems } = await auditOf(copy);
    expect({ ok, complete }).toEqual({ ok: false, complete: false });
    const detail = expect.any(String);
    expect(problems).toEqual([
      { kind: "could_not_decide", subject: expect.stringMatching(/^chg_/), detail },
      // What it gave and spent of its customer's credit is as unknown.
      { kind: "could_not_decide", subject: expect.stringMatching(/:USD$/), detail },
    ]);
    expect(checked).toEqual((await auditOf(original)).checked);
  });
});
