import type { HeldRow } from "../../../src/domain/reconciling/held-objects.ts";
import {
  figureKinds,
  type Rules,
  reconciled,
  type StatedRow,
} from "../../../src/domain/reconciling/reconciled-row.ts";

const second = 1_000_000_000n;
const day = 86_400n * second;
const at = 1_790_000_000n * second;
const long = { now: at + 90n * day };

const rules: Rules = {
  total: "net",
  figures: ["gross", "fee", "tax", "net"],
  kinds: figureKinds,
  timeTolerance: 0n,
  comparesState: true,
  grace: day,
  patience: 62n * day,
  missingHere: () => "row_missing_here",
  missingThere: () => "row_missing_there",
};

const line: StatedRow = {
  key: "txn_1",
  kind: "balance",
  category: "charge",
  objectRef: "ch_1",
  payoutRef: null,
  customerRef: null,
  state: "paid",
  at,
  currency: "USD",
  gross: 1000n,
  fee: 59n,
  tax: null,
  net: 941n,
  statement: 7n,
  line: 3n,
  isRepeated: false,
};

const held: HeldRow = {
  key: "txn_1",
  subject: "chg_1",
  at,
  currency: "USD",
  gross: 1000n,
  fee: 59n,
  tax: 80n,
  net: 941n,
  state: "paid",
  expected: null,
};

const compare = (left: StatedRow | null, right: HeldRow | null, { now } = long) =>
  reconciled(left, right, { rules, now });

describe("a row of both sides", () => {
  test("agrees where all that both state is the same; what one of them does not state is not compared", () => {
    expect(compare(line, held)).toMatchObject({
      key: "txn_1",
      class: "matched",
      kind: null,
      claim: { statement: 7n, line: 3n },
      left: { currency: "USD", amount: 941n },
      right: { currency: "USD", amount: 941n },
    });
  });

  test.each([
    ["another currency", { currency: "EUR" }, "currency_differs"],
    ["another gross", { gross: 1001n, net: 942n }, "amount_differs"],
    ["another fee", { fee: 60n, net: 940n }, "fee_differs"],
    ["another net alone", { net: 940n }, "net_differs"],
    ["another time", { at: at + day }, "date_differs"],
    ["another status", { state: "open" }, "status_differs"],
  ] as const)("with %s differs, and says what", (_, change, kind) => {
    expect(compare({ ...line, ...change }, held)).toMatchObject({ class: "differs", kind });
  });

  test("names what differs first, and shows all that does", () => {
    expect(compare({ ...line, fee: 60n, net: 940n }, held).detail).toEqual({
      provider_says_fee: "60",
      we_say_fee: "59",
      provider_says_net: "940",
      we_say_net: "941",
    });
  });
});

describe("a row of one side", () => {
  test("that only the provider has is missing here, and names its object", () => {
    expect(compare(line, null)).toMatchObject({
      class: "missing_here",
      kind: "row_missing_here",
      right: null,
      detail: { object: "ch_1", provider_says_net: "941" },
    });
  });

  test("that only we have is missing there", () => {
    expect(compare(null, held)).toMatchObject({ class: "missing_there", claim: null, subject: "chg_1" });
  });

  test("that is on its way is so for as long as that takes, and no longer", () => {
    const onItsWay = { ...held, expected: "in_transit" } as const;
    expect(compare(null, onItsWay, { now: at + 61n * day }).class).toBe("in_transit");
    expect(compare(null, onItsWay, { now: at + 62n * day }).class).toBe("missing_there");
  });
});

test("a row that is stated twice belongs to nobody the second time, and has a key of its own", () => {
  expect(compare({ ...line, isRepeated: true, line: 9n }, null)).toMatchObject({
    key: "txn_1#9",
    class: "duplicate",
    kind: "row_duplicated",
    left: { currency: "USD", amount: 941n },
    right: null,
  });
});

test("what is not due yet is no difference; from the moment it is due, it is", () => {
  expect(compare(line, null, { now: at + day - 1n })).toMatchObject({ class: "not_due", dueAt: at + day });
  expect(compare(line, null, { now: at + day }).class).toBe("missing_here");
  expect(compare(line, held, { now: at }).class).toBe("matched");
});
