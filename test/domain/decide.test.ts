import { Balances } from "../../src/domain/journal.ts";
import { byAccount, Desk, document, movement, seed } from "./build.ts";

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
