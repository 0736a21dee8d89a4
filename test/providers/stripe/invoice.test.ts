import type { DocumentFact } from "../../../src/domain/facts/facts.ts";
import { parseInstant } from "../../../src/domain/time.ts";
import { factOf, factsOf, fixture, type StripeEvent, withObject } from "./bodies.ts";

const time = (text: string) => parseInstant(text);
const documentOf = (event: StripeEvent): DocumentFact => factOf("document", event);
const old = fixture("invoice.paid/renewal-2020");
const basil = fixture("invoice.paid/renewal-basil");

test("an invoice of before Basil, field by field", () => {
  const { id, lines, charge, payment_intent, customer, subscription, number } = old.data.object;
  expect(documentOf(old)).toEqual({
    kind: "document",
    stamp: { eventId: `stripe:default:${old.id}`, occurredAt: time("2022-03-01T09:00:02Z") },
    ref: id,
    document: "invoice",
    stage: "paid",
    currency: "USD",
    subtotal: 2900n,
    discount: 0n,
    tax: 551n,
    total: 3451n,
    creditApplied: 0n,
    creditNotesApplied: 0n,
    creditIssued: 0n,
    debtBroughtForward: 0n,
    grandTotal: 3451n,
    balance: 0n,
    fee: null,
    earnings: null,
    payout: null,
    lines: [
      {
        ref: lines.data[0].id,
        priceRef: lines.data[0].price.id,
        productRef: lines.data[0].price.product,
        description: "1 × Pro",
        quantity: "1",
        subtotal: 2900n,
        discount: 0n,
        tax: 551n,
        total: 3451n,
        proration: null,
        metadata: { seats: "1" },
      },
    ],
    payments: null,
    invoice: {
      amountPaid: 3451n,
      overpaid: null,
      saysOutside: false,
      payment: { intentRef: payment_intent, chargeRef: charge },
      startingBalance: 0n,
      endingBalance: 0n,
      unstatedCredit: 0n,
      linesComplete: true,
    },
    customerRef: customer,
    subscriptionRef: subscription,
    invoiceNumber: number,
    origin: "subscription_cycle",
    collectionMode: "automatic",
    billingPeriod: { startsAt: time("2022-03-01T08:00:00Z"), endsAt: time("2022-04-01T08:00:00Z") },
    livemode: false,
    createdAt: time("2022-03-01T08:00:00Z"),
    billedAt: time("2022-03-01T09:00:00Z"),
    reachedAt: null,
    metadata: {},
  });
});

test("the same since Basil: it does not name its payment, nor whether it was paid outside", () => {
  const { id, lines, customer, parent, number } = basil.data.object;
  const { pricing } = lines.data[0];
  expect(documentOf(basil)).toEqual({
    ...documentOf(old),
    stamp: { eventId: `stripe:default:${basil.id}`, occurredAt: time("2025-06-01T10:00:02Z") },
    ref: id,
    lines: [
      {
        ...documentOf(old).lines?.[0],
        ref: lines.data[0].id,
        priceRef: pricing.price_details.price,
        productRef: pricing.price_details.product,
        metadata: {},
      },
    ],
    invoice: {
      amountPaid: 3451n,
      overpaid: 0n,
      saysOutside: null,
      payment: null,
      startingBalance: 0n,
      endingBalance: 0n,
      unstatedCredit: 0n,
      linesComplete: true,
    },
    customerRef: customer,
    subscriptionRef: parent.subscription_details.subscription,
    invoiceNumber: number,
    billingPeriod: { startsAt: time("2025-06-01T08:00:00Z"), endsAt: time("2025-07-01T08:00:00Z") },
    createdAt: time("2025-06-01T08:00:00Z"),
    billedAt: time("2025-06-01T09:00:00Z"),
    metadata: { owner: "globex", region: "eu" },
  });
});

test("the same in the shape of Endive", () => {
  expect(documentOf(fixture("invoice.paid/team-endive"))).toMatchObject({
    subtotal: 14_700n,
    tax: 2793n,
    total: 17_493n,
    invoice: { payment: null, saysOutside: null, linesComplete: true },
    lines: [
      { quantity: "1", subtotal: 9900n, tax: 1881n, total: 11_781n },
      { quantity: "4", subtotal: 4800n, tax: 912n, total: 5712n },
    ],
    metadata: { owner: "umbrella" },
  });
});

test("a body with the fields of both shapes says the same once", () => {
  const event = fixture("invoice.paid/dual-shape");
  expect(documentOf(event)).toMatchObject({
    subtotal: 5050n,
    tax: 960n,
    total: 6010n,
    subscriptionRef: event.data.object.subscription,
    invoice: { saysOutside: false, overpaid: 0n, payment: { intentRef: event.data.object.payment_intent } },
    lines: [
      { proration: null },
      { total: 1726n, proration: { rate: null, endsAt: time("2025-07-01T08:00:00Z") } },
    ],
    metadata: { owner: "initech" },
  });
});

test.each([
  ["draft", "draft"],
  ["open", "open"],
  ["uncollectible", "uncollectible"],
  ["void", "void"],
  ["paid", "paid"],
])("Stripe's status %s is the stage %s, whatever the type of the event", (status, stage) => {
  expect(documentOf(withObject(old, { status })).stage).toBe(stage);
});

test("a draft that was deleted is void: nobody will be asked to pay it", () => {
  expect(documentOf(fixture("invoice.deleted/never-sent-2024")).stage).toBe("void");
});

test("what a draft will do to the customer's balance is not known yet", () => {
  expect(documentOf(fixture("invoice.created/renewal-2020"))).toMatchObject({
    stage: "draft",
    creditApplied: null,
    creditIssued: null,
    debtBroughtForward: null,
    grandTotal: 3451n,
    billedAt: null,
    invoice: { endingBalance: null, payment: "none" },
  });
});

describe("the customer's balance", () => {
  const figures = (name: string) => {
    const { total, creditApplied, creditIssued, debtBroughtForward, creditNotesApplied, grandTotal } =
      documentOf(fixture(`invoice.paid/${name}`));
    return [total, creditApplied, creditNotesApplied, creditIssued, debtBroughtForward, grandTotal];
  };

  test.each<[string, string, bigint[]]>([
    ["a negative total becomes credit", "downgrade-2020", [-3612n, 0n, 0n, 3612n, 0n, 0n]],
    ["credit pays a part", "credit-covers-part-2020", [5300n, 3612n, 0n, 0n, 0n, 1688n]],
    ["debt of before is asked for", "debt-2020", [2900n, 0n, 0n, 0n, 45n, 2945n]],
    ["too little to charge becomes debt", "below-minimum-2020", [45n, 45n, 0n, 0n, 0n, 0n]],
    ["a note before payment lowers what is asked for", "noted-2020", [11_781n, 0n, 2380n, 0n, 0n, 9401n]],
  ])("%s", (_, name, expected) => {
    expect(figures(name)).toEqual(expected);
  });

  test.each([
    ["paid", {}],
    ["open", { status: "open", amount_paid: 0, amount_remaining: 3151 }],
  ])("less is due than its balances tell, and it is %s: the rest was paid by credit", (stage, changes) => {
    const event = fixture("invoice.paid/renewal-2020");
    const said = { amount_due: 3151, amount_paid: 3151, amount_remaining: 0, ...changes };
    expect(documentOf(withObject(event, said))).toMatchObject({
      stage,
      creditApplied: 300n,
      grandTotal: 3151n,
      invoice: { startingBalance: 0n, endingBalance: 0n, unstatedCredit: 300n },
    });
  });

  test("a negative total first pays what the customer owed, and the rest becomes credit", () => {
    const event = withObject(fixture("invoice.paid/downgrade-2020"), {
      starting_balance: 1000,
      ending_balance: -2612,
    });
    expect(documentOf(event)).toMatchObject({
      creditApplied: 0n,
      debtBroughtForward: 1000n,
      creditIssued: 2612n,
    });
  });
});

describe("tax and discounts", () => {
  test.each<[string, string, Partial<DocumentFact>]>([
    ["tax inside of the price", "tax-inclusive-2020", { subtotal: 4167n, tax: 833n, total: 5000n }],
    [
      "a discount on a price with its tax",
      "inclusive-discount-endive",
      { subtotal: 4250n, discount: 500n, tax: 750n, total: 4500n },
    ],
    [
      "a discount of an item and one of the invoice, neither counted twice",
      "discounts-2024",
      { subtotal: 14_200n, discount: 2050n, tax: 2308n, total: 14_458n },
    ],
    [
      "a prepaid grant beside no discount",
      "credit-grant-endive",
      { subtotal: 12_000n, discount: 3000n, tax: 1710n, total: 10_710n },
    ],
    ["no tax at all", "debt-2020", { subtotal: 2900n, discount: 0n, tax: 0n, total: 2900n }],
  ])("%s", (_, name, expected) => {
    const fact = documentOf(fixture(`invoice.paid/${name}`));
    expect(fact).toMatchObject(expected);
    expect(fact.invoice?.linesComplete).toBe(true);
  });

  test("of a body without a list of discounts they are what its subtotal lacks to its total", () => {
    const event = withObject(fixture("invoice.paid/discounts-2024"), {
      total_discount_amounts: undefined,
      total_pretax_credit_amounts: undefined,
    });
    // The 700 of the item are off Stripe's subtotal already.
    expect(documentOf(event)).toMatchObject({
      subtotal: 13_500n,
      discount: 1350n,
      tax: 2308n,
      total: 14_458n,
    });
  });

  test("of a body without a list of taxes the single figure counts, and without that the total without tax", () => {
    const without = { total_tax_amounts: undefined };
    expect(documentOf(withObject(old, without)).tax).toBe(551n);
    expect(documentOf(withObject(old, { ...without, tax: null })).tax).toBe(0n);
    const event = withObject(basil, { total_taxes: undefined });
    expect(documentOf(event).tax).toBe(551n);
    expect(documentOf(withObject(event, { total_excluding_tax: undefined }))).toMatchObject({
      tax: null,
      subtotal: null,
    });
  });
});

describe("lines", () => {
  test("shipping is one, so that lines sum to the total", () => {
    const event = fixture("invoice.paid/shipping-2024");
    const { lines, total } = documentOf(event);
    expect(lines?.at(-1)).toEqual({
      ref: `${event.data.object.id}:shipping`,
      priceRef: null,
      productRef: null,
      description: "Shipping",
      quantity: "1",
      subtotal: 900n,
      discount: 0n,
      tax: 171n,
      total: 1071n,
      proration: null,
      metadata: {},
    });
    expect(lines?.reduce((sum, line) => sum + line.total, 0n)).toBe(total);
  });

  test("a long list is cut off: the totals stand, the lines are not all", () => {
    const { lines, total, invoice } = documentOf(fixture("invoice.paid/truncated-endive"));
    expect([lines?.length, total, invoice?.linesComplete]).toEqual([10, 126_000n, false]);
  });

  test.each([
    ["no lines", undefined, null],
    ["an empty object for them", {}, null],
    ["null", null, null],
    ["none of them", { object: "list", data: [], has_more: false }, 0],
  ])("%s: the totals stand", (_, lines, count) => {
    const fact = documentOf(withObject(old, { lines }));
    expect([fact.lines?.length ?? null, fact.total, fact.invoice?.linesComplete]).toEqual([
      count,
      3451n,
      false,
    ]);
  });

  test("lines that do not make the total are not all of it", () => {
    expect(documentOf(withObject(old, { "lines.data.0.tax_amounts": [] })).invoice?.linesComplete).toBe(
      false,
    );
  });

  test("a part-period is one in the old shape and in the new one, negative where it is credited", () => {
    for (const name of ["invoice.paid/downgrade-2020", "invoice.paid/upgrade-basil"]) {
      const { lines } = documentOf(fixture(name));
      expect(lines?.map((line) => line.proration?.rate)).toEqual([null, null]);
      expect(lines?.[0]?.total).toBeLessThan(0n);
    }
    expect(documentOf(fixture("invoice.paid/upgrade-basil")).lines).toMatchObject([
      {
        subtotal: -1434n,
        tax: -272n,
        total: -1706n,
        proration: { startsAt: time("2025-06-16T12:00:00Z"), endsAt: time("2025-07-01T08:00:00Z") },
      },
      { subtotal: 4895n, tax: 930n, total: 5825n },
    ]);
  });

  test("a quantity can have decimals, and one that is not stated is 1", () => {
    const endive = fixture("invoice.paid/team-endive");
    const quantityOf = (changes: Record<string, unknown>) =>
      documentOf(withObject(endive, changes)).lines?.[0]?.quantity;
    expect(quantityOf({ "lines.data.0.quantity_decimal": "2.75", "lines.data.0.quantity": null })).toBe(
      "2.75",
    );
    expect(quantityOf({ "lines.data.0.quantity_decimal": null, "lines.data.0.quantity": null })).toBe("1");
  });

  test("metadata is the line's, then its price's where that is sent whole", () => {
    const event = withObject(fixture("invoice.paid/expanded-endive"), {
      "lines.data.0.metadata": { pack: "small" },
      "lines.data.0.pricing.price_details.price.metadata": { pack: "large", wallet: "top_up" },
    });
    const [document] = factsOf(event) as [DocumentFact];
    expect(document.lines?.[0]).toMatchObject({
      priceRef: expect.stringMatching(/^price_/),
      metadata: { pack: "small", wallet: "top_up" },
    });
    const older = fixture("invoice.finalized/renewal-2020");
    const priced = withObject(older, { "lines.data.0.price.metadata": { wallet: "top_up" } });
    expect(documentOf(priced).lines?.[0]?.metadata).toEqual({ seats: "1", wallet: "top_up" });
  });
});

describe("what it says of its payment", () => {
  const paymentOf = (event: StripeEvent) => documentOf(event).invoice?.payment;

  test.each<[string, Record<string, unknown>, unknown]>([
    ["keys that are missing say nothing", { charge: undefined, payment_intent: undefined }, null],
    ["keys that are null say that there is none", { charge: null, payment_intent: null }, "none"],
    ["one key that is null says so too", { charge: null, payment_intent: undefined }, "none"],
    ["an intent alone", { charge: null, payment_intent: "pi_1" }, { intentRef: "pi_1", chargeRef: null }],
    [
      "both as whole objects",
      { charge: { id: "ch_1" }, payment_intent: { id: "pi_1", object: "payment_intent" } },
      { intentRef: "pi_1", chargeRef: "ch_1" },
    ],
  ])("%s", (_, changes, expected) => {
    expect(paymentOf(withObject(old, changes))).toEqual(expected);
  });

  test("paid outside, before Basil", () => {
    expect(documentOf(fixture("invoice.paid/outside-2020")).invoice).toMatchObject({
      saysOutside: true,
      amountPaid: 29_750n,
    });
  });

  test("paid too much", () => {
    expect(documentOf(fixture("invoice.overpaid/overpaid-endive"))).toMatchObject({
      grandTotal: 9900n,
      balance: 0n,
      invoice: { amountPaid: 10_000n, overpaid: 100n },
    });
  });

  test("payments that are listed in it are facts of their own", () => {
    const event = fixture("invoice.paid/expanded-endive");
    expect(factsOf(event)).toMatchObject([
      { kind: "document", customerRef: event.data.object.customer.id },
      { kind: "invoice_payment", invoiceRef: event.data.object.id, status: "paid", amount: 5950n },
    ]);
  });
});

test.each<[string, Record<string, unknown>, Partial<DocumentFact>]>([
  ["an expanded customer", { customer: { id: "cus_1", object: "customer" } }, { customerRef: "cus_1" }],
  ["a deleted customer", { customer: { id: "cus_1", deleted: true } }, { customerRef: "cus_1" }],
  [
    "an account in a customer's place",
    { customer: null, customer_account: "acct_1" },
    { customerRef: "acct_1" },
  ],
  ["no customer", { customer: null }, { customerRef: null }],
  ["an expanded subscription", { subscription: { id: "sub_1" } }, { subscriptionRef: "sub_1" }],
  ["no subscription", { subscription: null }, { subscriptionRef: null }],
  ["sent to be paid", { collection_method: "send_invoice" }, { collectionMode: "manual" }],
  ["a way of collecting of next year", { collection_method: "carrier_pigeon" }, { collectionMode: null }],
  ["an origin of next year", { billing_reason: "voice" }, { origin: "voice" }],
  ["a line that has no period", { "lines.data.0.period": null }, { billingPeriod: null }],
  ["nothing remaining stated", { amount_remaining: undefined }, { balance: null }],
  ["a field of next year", { surprise: { amount: 1.5 } }, { total: 3451n }],
])("%s", (_, changes, expected) => {
  expect(documentOf(withObject(old, changes))).toMatchObject(expected);
});

test("the billing period is that of the fee ahead, not of the usage behind or a part-period", () => {
  const event = withObject(fixture("invoice.paid/team-endive"), {
    "lines.data.1.period": { start: 1_790_841_600, end: 1_793_606_400 },
  });
  const { start, end } = event.data.object.lines.data[0].period;
  expect(documentOf(event).billingPeriod).toEqual({
    startsAt: BigInt(start) * 1_000_000_000n,
    endsAt: BigInt(end) * 1_000_000_000n,
  });
  expect(documentOf(fixture("invoice.paid/yen-2024")).billingPeriod).toBeNull();
});

test("a key of the invoice wins over its subscription's, wherever that stands", () => {
  const event = withObject(basil, {
    metadata: { owner: "acme" },
    "parent.subscription_details.metadata": { owner: "globex", plan: "pro" },
    subscription_details: { metadata: { plan: "team", region: "eu" } },
  });
  expect(documentOf(event).metadata).toEqual({ owner: "acme", plan: "pro", region: "eu" });
});

test.each<[string, string, bigint]>([
  ["yen have no decimals", "yen-2024", 10_780n],
  ["dinars have three", "dinar-endive", 15_500n],
  ["krónur are counted in hundredths", "krona-endive", 855_600n],
])("%s, and amounts are as they are sent", (_, name, total) => {
  expect(documentOf(fixture(`invoice.paid/${name}`)).total).toBe(total);
});

test("2^53 − 1 is the largest amount", () => {
  const event = withObject(fixture("payout.paid/november"), { amount: 9_007_199_254_740_991 });
  expect(factOf("payout", event).amount).toBe(9_007_199_254_740_991n);
});

test("nothing personal becomes part of a fact", () => {
  const address = { city: "PERSONAL", line1: "PERSONAL", postal_code: "PERSONAL" };
  const event = withObject(old, {
    customer_email: "personal@example.com",
    customer_name: "PERSONAL",
    customer_address: address,
    customer_shipping: { address, name: "PERSONAL" },
    custom_fields: [{ name: "VAT", value: "PERSONAL" }],
    footer: "PERSONAL",
    customer: { id: "cus_1", email: "personal@example.com", name: "PERSONAL", metadata: { a: "PERSONAL" } },
  });
  const charge = withObject(fixture("charge.succeeded/renewal-basil"), {
    billing_details: { address, email: "personal@example.com", name: "PERSONAL" },
    receipt_email: "personal@example.com",
    "payment_method_details.card.fingerprint": "PERSONAL",
    "payment_method_details.card.last4": "PERSONAL",
  });
  const text = JSON.stringify([factsOf(event), factsOf(charge)], (_, value) =>
    typeof value === "bigint" ? String(value) : value,
  );
  expect(text).not.toMatch(/personal|2031|exp_/i);
});
