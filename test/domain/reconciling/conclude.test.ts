import type { Discrepancy } from "../../../src/domain/books.ts";
import { conclude } from "../../../src/domain/reconciling/conclude.ts";
import type { ReconciledRow } from "../../../src/domain/reconciling/reconciled-row.ts";

const about = { provider: "stripe", account: "default", level: "settlement", now: 100n } as const;

const differing: ReconciledRow = {
  key: "txn_1",
  class: "differs",
  kind: "fee_differs",
  claim: { statement: 1n, line: 1n },
  subject: "chg_1",
  left: { currency: "USD", amount: 940n },
  right: { currency: "USD", amount: 941n },
  detail: { provider_says_fee: "60", we_say_fee: "59" },
  at: 10n,
  dueAt: 20n,
};
const agreeing: ReconciledRow = { ...differing, class: "matched", kind: null, detail: {} };

function opened(row: ReconciledRow = differing): Discrepancy {
  const [change] = conclude(row, [], about).changes;
  if (change === undefined) throw new Error("It opened nothing.");
  return change.discrepancy;
}

const settled = (discrepancy: Discrepancy): Discrepancy => ({
  ...discrepancy,
  status: "resolved",
  resolution: "accepted",
});

test("a row that nobody can explain opens a discrepancy, with its amount", () => {
  expect(conclude(differing, [], about)).toMatchObject({
    row: { class: "differs" },
    changes: [
      {
        action: "opened",
        discrepancy: {
          kind: "fee_differs",
          status: "open",
          row: { level: "settlement", key: "txn_1", differences: [{ currency: "USD", amount: -1n }] },
        },
      },
    ],
  });
});

test("found again as it was, it is the same one, and nothing is announced", () => {
  expect(conclude(differing, [opened()], about).changes).toEqual([]);
});

test("with other sides it is the same one, changed", () => {
  const other = { ...differing, left: { currency: "USD", amount: 900n } };
  const { changes } = conclude(other, [opened()], about);
  expect(changes).toMatchObject([{ action: "changed", discrepancy: { id: opened().id } }]);
});

test("it resolves itself once both sides agree", () => {
  expect(conclude(agreeing, [opened()], about).changes).toMatchObject([
    { action: "resolved", discrepancy: { status: "resolved", resolution: "disappeared" } },
  ]);
});

test("what a person settled stays settled while both sides stay as they are", () => {
  expect(conclude(differing, [settled(opened())], about)).toMatchObject({
    row: { class: "resolved" },
    changes: [],
  });
});

test("what a person settled is open again once a side changes", () => {
  const other = { ...differing, right: { currency: "USD", amount: 939n } };
  expect(conclude(other, [settled(opened())], about)).toMatchObject({
    row: { class: "differs" },
    changes: [{ action: "reopened", discrepancy: { status: "open", resolution: null } }],
  });
});

test("what a person settled has disappeared once both sides agree: that word was about other sides", () => {
  expect(conclude(agreeing, [settled(opened())], about).changes).toMatchObject([
    { action: "resolved", discrepancy: { status: "resolved", resolution: "disappeared" } },
  ]);
});

test("what had disappeared is not said to disappear again", () => {
  const gone: Discrepancy = { ...opened(), status: "resolved", resolution: "disappeared" };
  expect(conclude(agreeing, [gone], about).changes).toEqual([]);
});

test("what had disappeared and is back is open again", () => {
  const gone: Discrepancy = { ...opened(), status: "resolved", resolution: "disappeared" };
  expect(conclude(differing, [gone], about).changes).toMatchObject([{ action: "reopened" }]);
});

test("a row that differs in another way than before is another discrepancy, and the first one is gone", () => {
  const other = { ...differing, kind: "amount_differs" };
  const { changes } = conclude(other, [opened()], about);
  expect(changes.map(({ action, discrepancy: { kind } }) => [action, kind])).toEqual([
    ["resolved", "fee_differs"],
    ["opened", "amount_differs"],
  ]);
});

test.each(["not_due", "undecided"] as const)("a row that is %s leaves what is open as it is", (rowClass) => {
  expect(conclude({ ...differing, class: rowClass }, [opened()], about).changes).toEqual([]);
});
