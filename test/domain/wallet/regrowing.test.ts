import { rebookCharge } from "../../../src/domain/decide.ts";
import { defaultPolicy, type Policy } from "../../../src/domain/policy/policy.ts";
import { Desk, day, document, idOf, line, movement, payment, policyOf } from "../build.ts";

const nothing = policyOf({}, { effect: "none" });
const sold = (ref: string, lines: ReturnType<typeof line>[]) => {
  const total = lines.reduce((sum, one) => sum + one.total, 0n);
  return document({ ref, event: ref, lines, payments: [payment(`pay_${ref}`, total)] });
};

function rebook(desk: Desk, policy: Policy, ...refs: readonly string[]): Desk {
  const now = day(9);
  const circumstances = {
    policies: desk.change(policy).policies,
    eventId: null,
    occurredAt: now,
    now,
    reason: null,
  };
  for (const ref of refs) rebookCharge(desk.books, idOf(ref), desk.policies.current, circumstances);
  return desk;
}

test("a refund of a cart that both tops up and debits gives back before it takes back", () => {
  const desk = new Desk(policyOf({ pri_session: { effect: "debit" } }));
  const lines = [line("topup", 1000n), line("session", 800n)];
  desk.tell(sold("txn_1", lines));
  expect(desk.wallet()).toMatchObject({ paid: 200n });
  desk.tell(movement(1800n));
  expect(desk.wallet()).toMatchObject({ paid: 0n });
  expect(desk.books.walletLines.map(({ kind, uncovered }) => [kind, uncovered])).toEqual([
    ["top_up", 0n],
    ["debit", 0n],
    ["debit_reversal", 0n],
    ["take_back", 0n],
  ]);
});

test("what was spent before S fell is not given a second time when S grows again", () => {
  const spending = policyOf({ pri_session: { effect: "debit" } });
  const desk = new Desk(spending).tell(
    sold("txn_1", [line("topup", 1000n)]),
    sold("txn_2", [line("session", 300n)]),
  );
  expect(desk.wallet()).toMatchObject({ paid: 700n });
  rebook(desk, nothing, "txn_1");
  expect(desk.wallet()).toMatchObject({ paid: 0n });
  rebook(desk, spending, "txn_1");
  expect(desk.wallet()).toMatchObject({ paid: 700n, lotCount: 1 });
});

test("S and T that fell and rise together move nothing either time", () => {
  const desk = new Desk().tell(sold("txn_1", [line("topup", 1000n)]), movement(1000n));
  const before = desk.wallet();
  rebook(rebook(desk, nothing, "txn_1"), defaultPolicy, "txn_1");
  expect(desk.books.walletLines.map(({ kind }) => kind)).toEqual([
    "top_up",
    "take_back",
    "take_back_correction",
    "top_up_correction",
    "top_up_regained",
    "take_back",
  ]);
  expect({ ...desk.wallet(), seq: before.seq }).toEqual(before);
  expect(desk.record()).toMatchObject({ toppedUp: 1000n, takenBack: 1000n });
});

test("what S grows to beyond where it was becomes a lot of its own", () => {
  const desk = new Desk(policyOf({ pri_seat: { effect: "none" } }));
  desk.tell(sold("txn_1", [line("topup", 600n), line("seat", 400n)]));
  rebook(rebook(desk, nothing, "txn_1"), defaultPolicy, "txn_1");
  expect(desk.wallet()).toMatchObject({ paid: 1000n, lotCount: 2 });
  expect(desk.wallet().lots.map(({ amount }) => amount)).toEqual([600n, 400n]);
});
