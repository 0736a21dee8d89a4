import { Balances } from "../../src/domain/book/journal.ts";
import { followPolicy, rebookCharge } from "../../src/domain/decide.ts";
import { sum } from "../../src/domain/money.ts";
import { defaultPolicy, type Policy } from "../../src/domain/policy/policy.ts";
import { byAccount, Desk, day, document, idOf, movement, policyOf, seed, stamp } from "./build.ts";

describe("nothing is posted twice", () => {
  test("a refund that came before its transaction is booked once", () => {
    const desk = new Desk().tell(movement(499n), seed());
    expect(desk.ledger()["revenue:refunds"]).toBe(499n);
  });

  test("a refund of a transaction that is not settled yet is booked once", () => {
    const desk = new Desk().tell(document({ stage: "paid" }), movement(499n), document({ on: 3 }));
    expect(desk.ledger()["revenue:refunds"]).toBe(499n);
  });

  test("what is kept as posted is what the entries say", () => {
    const desk = new Desk().tell(movement(499n));
    const entries = Balances.of(desk.books.entries.flatMap((entry) => entry.postings));
    expect(byAccount(desk.record().posted)).toEqual(byAccount(entries));
    expect(desk.record().entryCount).toBe(1);
  });
});

test("a credit that lowered an invoice is not booked before the invoice, however late it is told", () => {
  const credit = movement(500n, { movement: "credit", toCustomerBalance: false, on: 2 });
  const desk = new Desk().tell(document({ on: 30, payments: [] }), credit);
  expect(desk.books.entries.map((entry) => entry.effectiveAt)).toEqual([day(30), day(30)]);
});

describe("unseen, then seen", () => {
  test("a movement without its document is a charge of its own, whose wallet waits", () => {
    const desk = new Desk().tell(movement(499n));
    expect(desk.record()).toMatchObject({ charge: { kind: "unseen" }, pin: null, takenBack: 0n });
    expect(desk.books.heardOut.size).toBe(0);
  });

  test("it becomes the real one, and those who waited are told, once", () => {
    const desk = new Desk().tell(movement(499n), seed({ stage: "open" }));
    expect(desk.record().charge).toMatchObject({ kind: "transaction", status: "open", refunded: 499n });
    expect([...desk.books.heardOut]).toEqual([stamp(2).eventId, stamp(1).eventId]);
    desk.books.heardOut.clear();
    expect(desk.tell(seed({ on: 3 })).books.heardOut.size).toBe(0);
  });
});

test("whose a charge would be is kept until it is pinned, and not a moment longer", () => {
  const byTeam: Policy = { ...defaultPolicy, ownerFrom: { paddle: ["custom_data.team"], stripe: [] } };
  const metadata = { team: "acme" };
  const desk = new Desk(byTeam).tell(seed({ stage: "open", metadata }));
  expect(desk.record()).toMatchObject({ pin: null, expected: { owner: "acme", policyVersion: 1 } });
  const now = {
    policies: desk.change(defaultPolicy).policies,
    eventId: null,
    reason: null,
    occurredAt: 0n,
    now: day(2),
  };
  followPolicy(desk.books, idOf("txn_1"), now);
  expect(desk.record()).toMatchObject({ pin: null, expected: { owner: "paddle:ctm_1", policyVersion: 2 } });
  desk.change(byTeam).tell(seed({ on: 2, metadata }));
  followPolicy(desk.books, idOf("txn_1"), now);
  expect(desk.record()).toMatchObject({ pin: { owner: "acme" }, expected: null });
});

describe("an event that changes nothing", () => {
  test("posts nothing, but its facts are kept", () => {
    const desk = new Desk().tell(seed(), seed({ on: 2, invoiceNumber: "7" }));
    expect(desk.books.entries).toHaveLength(2);
    expect(desk.books.facts).toHaveLength(2);
    expect(desk.record()).toMatchObject({ charge: { invoiceNumber: "7" }, entryCount: 1 });
  });

  test("a late fee is posted as the difference alone", () => {
    const desk = new Desk().tell(seed({ fee: null }), seed({ on: 2 }));
    expect(desk.books.entries.at(-1)?.postings).toEqual([
      { account: "assets:provider:paddle:default:balance", currency: "USD", amount: 1516n },
      { account: "assets:provider:paddle:default:unsettled", currency: "USD", amount: -1666n },
      { account: "expenses:fees:paddle:default", currency: "USD", amount: 150n },
    ]);
  });
});

describe("a charge that is booked anew under another policy", () => {
  const rebook = (desk: Desk, policy: Policy) => {
    const circumstances = {
      policies: desk.change(policy).policies,
      eventId: null,
      occurredAt: day(9),
      now: day(9),
      reason: null,
    };
    rebookCharge(desk.books, idOf("txn_1"), desk.policies.current, circumstances);
    return desk;
  };
  const posted = (desk: Desk) =>
    sum(desk.books.walletLines.map(({ kind, requested }) => (kind === "top_up" ? requested : -requested)));

  test.each<[string, Policy, Policy, bigint]>([
    ["no longer tops up", defaultPolicy, policyOf({}, { effect: "none" }), 0n],
    ["tops up after all", policyOf({}, { effect: "none" }), defaultPolicy, 499n],
    ["tops up by the document", defaultPolicy, policyOf({}, { basis: "total" }), 1999n],
    ["tops up the same with another expiry", defaultPolicy, policyOf({}, { expiresAfterDays: 30 }), 499n],
    [
      "tops up more with another expiry",
      defaultPolicy,
      policyOf({}, { basis: "total", expiresAfterDays: 30 }),
      1999n,
    ],
  ])("%s", (_, before, after, toppedUp) => {
    const desk = rebook(new Desk(before).tell(seed()), after);
    expect(desk.record()).toMatchObject({ toppedUp, pin: { policyVersion: 2, owner: "paddle:ctm_1" } });
    expect(desk.wallet().paid).toBe(toppedUp);
    expect(posted(desk)).toBe(toppedUp);
  });
});
