import Stripe from "stripe";
import type { OutboxMessage } from "../../src/index.ts";
import {
  clock,
  createTestTallyhook,
  fixture,
  fixtures,
  paddle,
  sign,
  stripe,
  type TestTallyhook,
  type TestTallyhookOptions,
} from "../../src/testing/index.ts";

const open: TestTallyhook[] = [];
afterEach(async () => {
  for (const tallyhook of open.splice(0)) {
    expect(await tallyhook.audit()).toMatchObject({ ok: true, problems: [] });
    await tallyhook.close();
  }
});

async function tested(options: TestTallyhookOptions = {}): Promise<TestTallyhook> {
  const tallyhook = await createTestTallyhook(options);
  open.push(tallyhook);
  return tallyhook;
}

const applied = { status: 200, outcome: "applied", code: null };

describe("a transaction of Paddle's", () => {
  test("tops up what was really paid, once", async () => {
    const tallyhook = await tested();
    const event = paddle.transaction({ customer: "ctm_1", total: 1999, tax: 333, credit: 1500 });
    expect(await tallyhook.post(event)).toMatchObject(applied);
    expect(await tallyhook.post(event)).toMatchObject({ outcome: "duplicate" });
    const owner = tallyhook.owner("paddle:ctm_1");
    expect((await owner.charges()).data).toMatchObject([
      {
        total: 1999n,
        tax: 333n,
        creditApplied: 1500n,
        grandTotal: 499n,
        collected: 499n,
        toppedUp: 499n,
        fee: 150n,
      },
    ]);
    expect((await owner.wallets()).data).toMatchObject([{ currency: "USD", balance: 499n }]);
  });

  test("has lines, prices, metadata and a status as they are said", async () => {
    const rules = [{ match: { price_ref: "pri_seats" }, effect: "none" as const }];
    const policy = { rules, owner_from: { paddle: ["custom_data.team"] } };
    const tallyhook = await tested({ policy });
    const sale = { id: "txn_1", customer: "ctm_1", customData: { team: "acme" }, currency: "EUR" } as const;
    const lines = [
      { price: "pri_seats", total: 700, tax: 100 },
      {
        price: "pri_credits",
        subtotal: 400n,
        discount: 50,
        tax: 50,
        proration: { rate: 0.5, from: "2026-01-01T00:00:00Z", to: "2026-02-01T00:00:00Z" },
      },
    ];
    await tallyhook.post(
      paddle.transaction({ ...sale, lines, status: "billed", at: "2026-01-01T00:00:00Z" }),
    );
    expect((await tallyhook.owner("acme").charges()).data).toMatchObject([{ status: "open", collected: 0n }]);
    await tallyhook.post(paddle.transaction({ ...sale, lines, at: "2026-01-01T01:00:00Z" }));
    expect((await tallyhook.owner("acme").charges()).data).toMatchObject([
      { status: "paid", total: 1100n, tax: 150n, discount: 50n, toppedUp: 400n, currency: "EUR" },
    ]);
  });

  test("is given back, charged back, and given back again", async () => {
    const tallyhook = await tested();
    const lines = [
      { total: 600, tax: 100 },
      { total: 400, tax: 67 },
    ];
    const day = (count: number) => new Date(Date.UTC(2026, 0, count));
    const transaction = paddle.transaction({ customer: "ctm_1", lines, at: day(1) });
    await tallyhook.post(transaction);
    const wallet = tallyhook.wallet({ owner: "paddle:ctm_1", currency: "USD" });
    expect(await tallyhook.post(paddle.adjustment({ transaction, amount: 250, at: day(2) }))).toMatchObject(
      applied,
    );
    expect((await wallet.balance()).balance).toBe(750n);
    const asked = paddle.adjustment({ transaction, amount: 100, status: "pending_approval", at: day(3) });
    await tallyhook.post(asked);
    expect((await wallet.balance()).balance).toBe(750n);
    await tallyhook.post(
      paddle.adjustment({ transaction, amount: 750, action: "chargeback", reason: "fraud", at: day(4) }),
    );
    expect((await wallet.balance()).balance).toBe(0n);
    await tallyhook.post(
      paddle.adjustment({ transaction, amount: 750, action: "chargeback_reverse", at: day(5) }),
    );
    expect((await wallet.balance()).balance).toBe(750n);
    expect((await wallet.statement()).data.map(({ kind }) => kind)).toEqual([
      "restore",
      "take_back",
      "take_back",
      "top_up",
    ]);
  });

  test("that gives back more than it was, or whose figures disagree, is none; unchecked it is parked", async () => {
    const wrong = { total: 1000, tax: 100, subtotal: 950 } as const;
    expect(() => paddle.transaction(wrong)).toThrow(
      "transaction: total is 1000, but the others make it 1050",
    );
    expect(() => paddle.transaction({ lines: [{ total: 5 }], total: 6 })).toThrow(
      "total is 6, but the others make it 5",
    );
    expect(() => paddle.transaction({ total: 5, credit: 6 })).toThrow(
      "credit of 6 cannot pay for a total of 5",
    );
    expect(() => paddle.transaction({ total: 5, collected: 4 })).toThrow("of 5 only 4 is collected");
    expect(() => paddle.transaction({ total: 5, grandTotal: 4 })).toThrow(
      "grandTotal is 4, but the others make it 5",
    );
    expect(() => paddle.transaction({ totl: 5 } as never)).toThrow(
      /transaction\.totl: is not known.*nearest is total/,
    );
    expect(() => paddle.transaction({ total: 5.5 })).toThrow("transaction.total: must be a whole number");
    expect(() => paddle.transaction({ at: "yesterday" })).toThrow("transaction.at: must be a Date");
    const transaction = paddle.transaction({ total: 5 });
    expect(() => paddle.adjustment({ transaction, amount: 6 })).toThrow(
      "amount is 6, but at most 5 can go back",
    );
    expect(() => paddle.adjustment({ amount: 6 } as never)).toThrow("adjustment.transaction: must be what");
    const tallyhook = await tested();
    expect(await tallyhook.post(paddle.transaction({ ...wrong, unchecked: true }))).toMatchObject({
      outcome: "parked",
    });
    expect(await tallyhook.post(paddle.transaction(wrong, { unchecked: true }))).toMatchObject({
      outcome: "parked",
    });
  });
});

describe.each(["2026-03-25.dahlia", "2024-06-20"])("objects of Stripe's at %s", (apiVersion) => {
  const customer = "cus_1";
  const owner = "stripe:cus_1";
  const balance = async (tallyhook: TestTallyhook) =>
    (await tallyhook.wallet({ owner, currency: "USD" }).balance()).balance;

  test("an invoice tops up what was really paid, and a credit note gives credit that touches no wallet", async () => {
    const tallyhook = await tested();
    const invoice = stripe.invoice({ customer, total: 1999, tax: 333, credit: 1500, apiVersion });
    expect(await tallyhook.post(invoice)).toMatchObject(applied);
    expect(await balance(tallyhook)).toBe(499n);
    expect((await tallyhook.owner(owner).charges()).data).toMatchObject([
      { total: 1999n, tax: 333n, grandTotal: 499n, collected: 499n, kind: "invoice" },
    ]);
    expect(await tallyhook.post(stripe.creditNote({ invoice, amount: 100, apiVersion }))).toMatchObject(
      applied,
    );
    expect(await balance(tallyhook)).toBe(499n);
    const lines = [
      { amount: 900, tax: 90, discount: 100, price: "price_a" },
      { amount: -200, proration: true },
    ];
    await tallyhook.post(stripe.invoice({ customer, lines, apiVersion }));
    expect(await balance(tallyhook)).toBe(499n + 690n);
  });

  test("a paid invoice is refunded and disputed, once its payment is known", async () => {
    const tallyhook = await tested();
    const invoice = stripe.invoice({ customer, total: 1999, credit: 1500, apiVersion });
    const payment = stripe.invoicePayment({ invoice, apiVersion });
    await tallyhook.post([invoice, payment]);
    expect(await balance(tallyhook)).toBe(499n);
    expect(await tallyhook.post(stripe.refund({ invoice, amount: 200, apiVersion }))).toMatchObject(applied);
    expect(await balance(tallyhook)).toBe(299n);
    const dispute = { id: "du_2", invoice, amount: 299, apiVersion } as const;
    await tallyhook.post(stripe.dispute({ ...dispute, at: "2026-01-01T00:00:00Z" }));
    expect(await balance(tallyhook)).toBe(0n);
    await tallyhook.post(stripe.dispute({ ...dispute, status: "won", at: "2026-01-02T00:00:00Z" }));
    expect(await balance(tallyhook)).toBe(299n);
    expect((await tallyhook.owner(owner).charges()).data).toMatchObject([
      { kind: "invoice", refunded: 200n },
    ]);
  });

  test("a checkout and its payment are a charge, which is refunded, disputed and won", async () => {
    const tallyhook = await tested();
    const paymentIntent = stripe.paymentIntent({
      customer,
      amount: 1000,
      id: `pi_${apiVersion}`,
      charge: "ch_1",
      apiVersion,
    });
    const charge = stripe.paymentIntent({
      customer,
      amount: 1000,
      id: `pi_${apiVersion}`,
      charge: "ch_1",
      apiVersion,
      type: "charge.succeeded",
    });
    await tallyhook.post([stripe.session({ paymentIntent, tax: 100, apiVersion }), paymentIntent, charge]);
    expect(await balance(tallyhook)).toBe(1000n);
    expect(await tallyhook.post(stripe.refund({ paymentIntent, amount: 300, apiVersion }))).toMatchObject(
      applied,
    );
    expect(await balance(tallyhook)).toBe(700n);
    const dispute = { id: "du_1", paymentIntent, amount: 700, apiVersion } as const;
    await tallyhook.post(stripe.dispute({ ...dispute, at: "2026-01-01T00:00:00Z" }));
    expect(await balance(tallyhook)).toBe(0n);
    await tallyhook.post(stripe.dispute({ ...dispute, status: "won", at: "2026-01-02T00:00:00Z" }));
    expect(await balance(tallyhook)).toBe(700n);
  });
});

test("objects of Stripe's whose figures disagree are none, and names that there are not are told", () => {
  const paymentIntent = stripe.paymentIntent({ amount: 5 });
  const invoice = stripe.invoice({ total: 5 });
  const wrong: [make: () => unknown, says: string | RegExp][] = [
    [() => stripe.invoice({ total: 5, subtotal: 9 }), "total is 5, but the others make it 9"],
    [() => stripe.invoice({ total: 5, amountDue: 4 }), "amountDue is 4, but the others make it 5"],
    [() => stripe.invoice({ total: 5, credit: 6 }), "credit of 6 cannot pay"],
    [() => stripe.invoice({ lines: [{ amount: 5 }], total: 4 }), "total is 4, but the others make it 5"],
    [
      () => stripe.invoice({ status: "open", total: 5, amountPaid: 5 }),
      "amountPaid is 5, but the others make it 0",
    ],
    [() => stripe.invoice({ custumer: "x" } as never), /custumer: is not known.*the nearest is customer/],
    [() => stripe.session({ paymentIntent, amount: 6 }), "amount is 6, but the others make it 5"],
    [
      () => stripe.session({ paymentIntent: invoice }),
      "session.paymentIntent: must be what stripe.paymentIntent made",
    ],
    [() => stripe.refund({ paymentIntent: invoice }), "an invoice is given as { invoice }"],
    [() => stripe.refund({ invoice, paymentIntent } as never), "either paymentIntent or invoice, not both"],
    [() => stripe.refund({ invoice, amount: 6 }), "at most 5 can go back"],
    [() => stripe.refund({ invoice: paymentIntent }), "refund.invoice: must be what stripe.invoice made"],
    [() => stripe.invoicePayment({ invoice: stripe.invoice({ status: "open" }) }), "nothing was paid"],
    [() => stripe.refund({ paymentIntent, amount: 6 }), "at most 5 can go back"],
    [() => stripe.dispute({ paymentIntent, amount: 0 }), "at most 5 can go back"],
    [() => stripe.creditNote({ invoice, amount: 6 }), "at most 5 can go back"],
    [
      () => stripe.creditNote({ invoice: paymentIntent }),
      "creditNote.invoice: must be what stripe.invoice made",
    ],
    [() => stripe.paymentIntent({ amount: -1 }), "amount must be more than 0"],
  ];
  for (const [make, says] of wrong) expect(make).toThrow(says);
  expect(stripe.refund({ paymentIntent, amount: 6, unchecked: true }).data.object.amount).toBe(6);
});

const [sold, payment] = [stripe.invoice({ total: 100 }), stripe.paymentIntent({ amount: 100 })];
const back = { total: 500 };
test.each<[says: string, make: () => unknown]>([
  ["tax of 30 is not within the total of 1", () => paddle.transaction({ total: 1, tax: 30 })],
  ["tax of -1 is not within the total of 1", () => paddle.transaction({ total: 1, tax: -1 })],
  ["discount of -1 is not within the subtotal of 0", () => paddle.transaction({ total: 1, discount: -1 })],
  ["discount of 9 is not within the subtotal of 1", () => paddle.transaction({ subtotal: 1, discount: 9 })],
  ["tax of 30 is not within", () => paddle.transaction({ lines: [back, { total: 1, tax: 30 }] })],
  [
    "tax of 5 is not within the total of -9",
    () => paddle.transaction({ lines: [back, { total: -9, tax: 5 }] }),
  ],
  ["tax of -10 is not within", () => paddle.transaction({ lines: [back, { total: -9, tax: -10 }] })],
  ["credit of -1 cannot pay", () => paddle.transaction({ credit: -1 })],
  [
    "collected of -1 is not within",
    () => paddle.transaction({ total: 5, status: "past_due", collected: -1 }),
  ],
  ["collected of 6 is not within", () => paddle.transaction({ total: 5, status: "past_due", collected: 6 })],
  ["fee of -1 is less than nothing", () => paddle.transaction({ fee: -1 })],
  ["at most 1000 can go back", () => paddle.adjustment({ transaction: paddle.transaction(), amount: -1 })],
  ["tax of 30 is not within the total of 1", () => stripe.invoice({ total: 1, tax: 30 })],
  ["tax of -1 is not within the total of 1", () => stripe.invoice({ total: 1, tax: -1 })],
  ["discount of 9 is not within the subtotal of 1", () => stripe.invoice({ subtotal: 1, discount: 9 })],
  ["discount of -1 is not within", () => stripe.invoice({ discount: -1 })],
  ["tax of -30 is not within", () => stripe.invoice({ lines: [{ amount: 1, tax: -30 }] })],
  ["tax of 5 is not within the total of -4", () => stripe.invoice({ lines: [{ amount: -9, tax: 5 }] })],
  ["credit of -1 cannot pay", () => stripe.invoice({ credit: -1 })],
  ["tax of 101 is not within the amount of 100", () => stripe.session({ paymentIntent: payment, tax: 101 })],
  ["discount of -1 is less than nothing", () => stripe.session({ paymentIntent: payment, discount: -1 })],
  ["at most 100 can go back", () => stripe.refund({ invoice: sold, amount: -1 })],
  ["at most 100 can go back", () => stripe.dispute({ invoice: sold, amount: -1 })],
  ["fee of -1 is less than nothing", () => stripe.dispute({ invoice: sold, fee: -1 })],
  ["at most 100 can go back", () => stripe.creditNote({ invoice: sold, amount: -1 })],
  ["tax is -1, but the others make it 0", () => stripe.creditNote({ invoice: sold, tax: -1 })],
])("a part that is more than its whole, or of the other sign, is none: %s", (says, make) => {
  expect(make).toThrow(
    expect.objectContaining({ code: "figures_inconsistent", message: expect.stringContaining(says) }),
  );
});

test("a line gives back with its discount and its tax, and all can be taken off", () => {
  const line = { total: -90, tax: -10, discount: -20 };
  expect(() => paddle.transaction({ lines: [back, line, { subtotal: 5, discount: 5 }] })).not.toThrow();
  const stripeLine = { amount: -100, tax: -10, discount: -20 };
  expect(() =>
    stripe.invoice({ lines: [{ amount: 500 }, stripeLine, { amount: 5, discount: 5 }] }),
  ).not.toThrow();
});

describe("what is recorded", () => {
  test("is there by name, and its bodies are taken", async () => {
    expect(fixtures().length).toBeGreaterThan(220);
    const tallyhook = await tested();
    const seed = fixture("paddle/transaction.completed/seed");
    expect(await tallyhook.post(seed)).toMatchObject({ ...applied, eventId: "evt_abc123" });
    expect((await tallyhook.owner("paddle:ctm_abc123").wallets()).data).toMatchObject([{ balance: 499n }]);
    expect(await tallyhook.post(fixture("scenarios/stripe-top-up"))).toMatchObject({ status: 200 });
  });

  test("by another name it is not there, and the nearest is told", () => {
    expect(() => fixture("paddle/transaction.complete/seed")).toThrow(
      "the nearest is paddle/transaction.completed/seed",
    );
    expect(() => fixture("../package")).toThrow("There is no fixture ../package");
  });
});

test("what is signed is what the provider's own library takes", () => {
  const body = JSON.stringify(stripe.invoice({ total: 5 }));
  const { webhooks } = new Stripe("sk_test_none");
  const headers = sign("stripe", body, { secret: "whsec_of-a-test" });
  const header = headers["stripe-signature"] ?? "";
  expect(webhooks.constructEvent(body, header, "whsec_of-a-test").type).toBe("invoice.paid");
  expect(() => sign("github" as never, body, { secret: "x" })).toThrow("provider: must be paddle or stripe");
  expect(() => sign("stripe", body, {} as never)).toThrow("secret: is missing");
});

test("time stands still until it is told to go on; what is due then is done when the test asks for it", async () => {
  const time = clock("2026-01-31T12:00:00Z");
  const default_ = { expires_after_days: 30 };
  const tallyhook = await tested({ clock: time, policy: { default: default_, low_balance: { USD: "100" } } });
  await tallyhook.post(paddle.transaction({ customer: "ctm_1", total: 500, at: time.now() }));
  const wallet = tallyhook.wallet({ owner: "paddle:ctm_1", currency: "USD" });
  expect(tallyhook.messages()).toEqual([]);
  await tallyhook.settled();
  const types = () => tallyhook.messages().map(({ type }) => type);
  expect(types().sort()).toEqual(["charge.settled", "wallet.balance_changed"]);
  expect(time.advance({ days: 29, hours: 23 })).toEqual(new Date("2026-03-02T11:00:00Z"));
  await tallyhook.settled();
  expect((await wallet.balance()).balance).toBe(500n);
  time.advance(2 * 3600);
  await tallyhook.settled();
  expect((await wallet.balance()).balance).toBe(0n);
  expect(types()).toContain("wallet.low_balance");
  expect(() => time.advance({ weeks: 1 } as never)).toThrow("advance: weeks must be a number of days");
  expect(() => clock("noon")).toThrow("must be a Date or a time");
  expect(time.set("2027-01-01T00:00:00Z")).toEqual(time.now());
});

test("an app's own outbox is told too, and what it refuses is no message yet", async () => {
  const time = clock("2026-01-01T00:00:00Z");
  let isUp = false;
  const told: OutboxMessage[] = [];
  const outbox = (message: OutboxMessage) => {
    if (!isUp) throw new Error("down");
    told.push(message);
  };
  const tallyhook = await tested({ clock: time, outbox });
  await tallyhook
    .wallet({ owner: "acme", currency: "USD" })
    .grant({ amount: 5n, kind: "promo", reason: "x" });
  await tallyhook.settled();
  expect(tallyhook.messages()).toEqual([]);
  isUp = true;
  time.advance({ minutes: 1 });
  await tallyhook.settled();
  expect(told).toHaveLength(1);
  expect(tallyhook.messages()).toEqual(told);
});

test("what is no event, and options that there are not, are refused", async () => {
  const tallyhook = await tested();
  await expect(tallyhook.post({ hello: "world" })).rejects.toThrow(
    "must be an event of Paddle's or Stripe's",
  );
  await expect(tallyhook.post("{")).rejects.toThrow("must be an event of Paddle's or Stripe's");
  await expect(tallyhook.post([])).rejects.toThrow("there is nothing to be posted");
  await expect(createTestTallyhook({ polcy: {} } as never)).rejects.toThrow(
    /polcy: is not known.*nearest is policy/,
  );
});
