import { parseInstant } from "../../../src/domain/time.ts";
import { factOf, factsOf, fixture, normalised, withObject } from "./bodies.ts";

const time = (text: string) => parseInstant(text);
const stampOf = (event: { id: string; created: number }) => ({
  eventId: `stripe:default:${event.id}`,
  occurredAt: BigInt(event.created) * 1_000_000_000n,
});

describe("a charge", () => {
  const charge = fixture("charge.succeeded/top-up-2020");
  const { id, payment_intent: intent, customer, balance_transaction: row } = charge.data.object;

  test("field by field", () => {
    expect(factOf("payment", charge)).toEqual({
      kind: "payment",
      stamp: stampOf(charge),
      ref: id,
      refs: { intentRef: intent, chargeRef: id },
      invoiceRef: "none",
      status: "succeeded",
      currency: "USD",
      amount: 5000n,
      authorised: 5000n,
      amountRefunded: 0n,
      capturedAt: time("2022-03-05T11:00:00Z"),
      reachedAt: null,
      method: { type: "card", brand: "visa", last4: "4242" },
      customerRef: customer,
      description: "Credits",
      livemode: false,
      createdAt: time("2022-03-05T11:00:00Z"),
      metadata: { wallet: "top_up" },
      rowRef: row,
    });
  });

  test.each<[string, unknown, unknown]>([
    ["names its invoice", "in_1", { ref: "in_1" }],
    ["names it whole", { id: "in_1", object: "invoice" }, { ref: "in_1" }],
    ["says that it has none", null, "none"],
    ["does not say, as since Basil", undefined, null],
  ])("that %s", (_, invoice, expected) => {
    expect(factOf("payment", withObject(charge, { invoice })).invoiceRef).toEqual(expected);
  });

  test.each<[string, Record<string, unknown>, unknown]>([
    ["captured in part", { amount_captured: 3000, amount_refunded: 2000 }, [3000n, "succeeded", 2000n]],
    ["only authorised", { captured: false, amount_captured: 0 }, [0n, "pending", null]],
    ["on its way", { status: "pending", amount_captured: 0 }, [0n, "pending", null]],
    ["declined", { status: "failed", captured: false, amount_captured: 0 }, [0n, "failed", null]],
    ["of before 2019, without what was captured", { amount_captured: undefined }, [5000n, "succeeded", 0n]],
    ["refunded in part", { amount_refunded: 1000 }, [5000n, "succeeded", 1000n]],
  ])("that is %s", (_, changes, expected) => {
    const { amount, status, amountRefunded } = factOf("payment", withObject(charge, changes));
    expect([amount, status, amountRefunded]).toEqual(expected);
  });

  test.each<[string, unknown, unknown]>([
    ["none", null, null],
    ["a bank debit", { type: "sepa_debit", sepa_debit: { last4: "3000" } }, ["sepa_debit", null, "3000"]],
    ["one without details", { type: "link", link: {} }, ["link", null, null]],
    ["one whose details are no object", { type: "cashapp", cashapp: 7 }, ["cashapp", null, null]],
    ["one of a name that every object has", { type: "constructor" }, ["constructor", null, null]],
    ["something else", 7, null],
  ])("with a payment method of %s", (_, sent, expected) => {
    const { method } = factOf("payment", withObject(charge, { payment_method_details: sent }));
    expect(method && [method.type, method.brand, method.last4]).toEqual(expected);
  });

  test("with its balance transaction whole is two facts", () => {
    const expanded = fixture("charge.updated/expanded-endive");
    const { id, balance_transaction: row } = expanded.data.object;
    const [payment, balance] = factsOf(expanded);
    expect(payment).toMatchObject({ kind: "payment", rowRef: row.id });
    expect(balance).toEqual({
      kind: "balance_row",
      stamp: stampOf(expanded),
      ref: row.id,
      sourceRef: id,
      chargeRef: null,
      row: {
        ref: row.id,
        currency: "USD",
        gross: 17_493n,
        fee: 287n,
        net: 17_206n,
        exchangeRate: null,
        createdAt: time("2026-11-02T09:00:00Z"),
        category: "payment",
      },
    });
  });

  test("with its refunds listed says each of them, and says itself for one that names no payment", () => {
    const refunded = fixture("charge.refunded/partial-2020");
    const { id, payment_intent: intent, refunds } = refunded.data.object;
    expect(factsOf(refunded)).toMatchObject([
      { kind: "payment", amountRefunded: 1000n },
      {
        kind: "refund",
        ref: refunds.data[0].id,
        payment: { intentRef: intent, chargeRef: id },
        amount: 1000n,
      },
    ]);
    const bare = withObject(refunded, {
      "refunds.data.0.charge": undefined,
      "refunds.data.0.payment_intent": undefined,
    });
    expect(factsOf(bare)[1]).toMatchObject({ payment: { intentRef: null, chargeRef: id } });
  });
});

describe("a payment intent", () => {
  test("that succeeded is the same payment under its own name", () => {
    const event = fixture("payment_intent.succeeded/renewal-basil");
    const { id, latest_charge: charge, customer } = event.data.object;
    expect(factOf("payment", event)).toEqual({
      kind: "payment",
      stamp: stampOf(event),
      ref: id,
      refs: { intentRef: id, chargeRef: charge },
      invoiceRef: null,
      status: "succeeded",
      currency: "USD",
      amount: 3451n,
      authorised: 3451n,
      amountRefunded: null,
      capturedAt: stampOf(event).occurredAt,
      reachedAt: null,
      method: null,
      customerRef: customer,
      description: "Subscription update",
      livemode: false,
      createdAt: time("2025-06-01T09:00:00Z"),
      metadata: {},
      rowRef: null,
    });
  });

  test("of old lists its charges, newest first, and names its invoice or says that it has none", () => {
    const renewal = fixture("payment_intent.succeeded/renewal-2020");
    const { invoice, charges } = renewal.data.object;
    expect(factOf("payment", renewal)).toMatchObject({
      refs: { chargeRef: charges.data[0].id },
      invoiceRef: { ref: invoice },
    });
    expect(factOf("payment", fixture("payment_intent.succeeded/top-up-2020")).invoiceRef).toBe("none");
  });

  test.each(["created", "processing", "requires_action", "payment_failed", "canceled", "partially_funded"])(
    "that has received nothing is ignored: payment_intent.%s",
    (name) => {
      const event = fixture(`payment_intent.${name}/declined-2024`);
      expect(normalised(event)).toEqual({ kind: "ignored", reason: "no_money_meaning" });
    },
  );
});

describe("an invoice payment", () => {
  const event = fixture("invoice_payment.paid/renewal-basil");

  test("field by field", () => {
    const { id, invoice, payment } = event.data.object;
    expect(factOf("invoice_payment", event)).toEqual({
      kind: "invoice_payment",
      stamp: stampOf(event),
      ref: id,
      invoiceRef: invoice,
      payment: { intentRef: payment.payment_intent, chargeRef: null },
      status: "paid",
      currency: "USD",
      amount: 3451n,
      paidAt: time("2025-06-01T09:00:02Z"),
    });
  });

  test.each<[string, string, unknown]>([
    [
      "by a charge that has no intent",
      "paid/parts-second-basil",
      { status: "paid", payment: { intentRef: null } },
    ],
    [
      "by money that Stripe never had",
      "paid/outside-basil",
      { status: "paid", payment: "outside", amount: 25_000n },
    ],
    ["not paid yet", "open/asked-basil", { status: "open", amount: null, paidAt: null }],
    ["given up", "canceled/given-up-basil", { status: "canceled", amount: null, paidAt: null }],
  ])("%s", (_, name, expected) => {
    expect(factOf("invoice_payment", fixture(`invoice_payment.${name}`))).toMatchObject(expected as object);
  });
});

describe("a checkout", () => {
  test("of mode payment without an invoice proves that its payment stands alone", () => {
    const event = fixture("checkout.session.completed/top-up-basil");
    const { id, payment_intent: intent, customer } = event.data.object;
    expect(factOf("checkout", event)).toEqual({
      kind: "checkout",
      stamp: stampOf(event),
      ref: id,
      payment: { intentRef: intent, chargeRef: null },
      invoiceRef: null,
      mode: "payment",
      currency: "USD",
      discount: 0n,
      tax: 950n,
      total: 5950n,
      customerRef: customer,
      metadata: { owner: "hooli" },
    });
  });

  test("of a subscription names the invoice that came of it", () => {
    const event = fixture("checkout.session.completed/subscription-basil");
    expect(factOf("checkout", event)).toMatchObject({
      mode: "subscription",
      payment: null,
      invoiceRef: event.data.object.invoice,
    });
  });

  test("that names neither a payment nor an invoice says nothing", () => {
    const expected = { kind: "ignored", reason: "no_money_meaning" };
    expect(normalised(fixture("checkout.session.expired/abandoned-basil"))).toEqual(expected);
    const setup = {
      mode: "setup",
      payment_intent: null,
      currency: null,
      amount_total: null,
      total_details: null,
    };
    expect(normalised(withObject(fixture("checkout.session.completed/top-up-basil"), setup))).toEqual(
      expected,
    );
  });
});

describe("a refund", () => {
  const event = fixture("refund.created/three-ways-endive");

  test("field by field", () => {
    const { id, charge, payment_intent: intent } = event.data.object;
    expect(factOf("refund", event)).toEqual({
      kind: "refund",
      stamp: stampOf(event),
      ref: id,
      payment: { intentRef: intent, chargeRef: charge },
      status: "succeeded",
      currency: "USD",
      amount: 3000n,
      reason: "requested_by_customer",
      createdAt: time("2026-11-10T10:00:00Z"),
    });
  });

  test.each([
    ["pending", "pending"],
    ["requires_action", "pending"],
    ["succeeded", "succeeded"],
    ["failed", "failed"],
    ["canceled", "canceled"],
  ])("Stripe's status %s is %s", (status, expected) => {
    expect(factOf("refund", withObject(event, { status })).status).toBe(expected);
  });

  test("of a charge event that carries a refund is the same", () => {
    const told = factOf("refund", fixture("charge.refund.updated/failed-2024"));
    const again = factOf("refund", fixture("refund.failed/failed-2024"));
    expect({ ...told, stamp: null }).toEqual({ ...again, stamp: null });
  });

  test("with its row whole is two facts; the row of its failure is none", () => {
    const { data } = fixture("balance_transaction.created/refund-endive");
    const expanded = withObject(event, {
      balance_transaction: data.object,
      failure_balance_transaction: "txn_1",
    });
    expect(factsOf(expanded)).toMatchObject([
      { kind: "refund" },
      { kind: "balance_row", sourceRef: event.data.object.id, row: { gross: -3000n, fee: 0n, net: -3000n } },
    ]);
  });

  test("of no payment is cash that leaves a customer's cash balance: not booked yet", () => {
    const cash = withObject(event, { charge: null, payment_intent: null });
    expect(normalised(cash)).toEqual({ kind: "ignored", reason: "not_booked_yet" });
  });
});

describe("a dispute", () => {
  const event = fixture("charge.dispute.funds_reinstated/won-endive");

  test.each([
    [{ reporting_category: "dispute" }, false],
    [{ reporting_category: "dispute_reversal", type: "adjustment" }, false],
    [{ type: "adjustment" }, false],
    [{ reporting_category: "fee" }, true],
    [{ reporting_category: "network_cost", type: "stripe_fee" }, true],
    [{ type: "stripe_fee" }, true],
    [{}, false],
  ])("tells of a row with %j whether it is a fee alone: %j", (words, isFee) => {
    const named = { reporting_category: undefined, type: undefined, ...words };
    const [first] = event.data.object.balance_transactions;
    const told = withObject(event, { balance_transactions: [{ ...first, ...named }] });
    expect(factOf("dispute", told).rows.map(({ category }) => category === "fee")).toEqual([isFee]);
  });

  test("field by field, with every row that moved money", () => {
    const { id, charge, payment_intent: intent, balance_transactions: rows } = event.data.object;
    expect(factOf("dispute", event)).toEqual({
      kind: "dispute",
      stamp: stampOf(event),
      ref: id,
      payment: { intentRef: intent, chargeRef: charge },
      state: "won",
      currency: "USD",
      amount: 17_493n,
      reason: "fraudulent",
      createdAt: time("2026-11-12T07:00:00Z"),
      rows: [
        {
          ref: rows[0].id,
          currency: "USD",
          gross: -17_493n,
          fee: 1500n,
          net: -18_993n,
          exchangeRate: null,
          createdAt: time("2026-11-12T07:00:00Z"),
          category: "dispute",
        },
        {
          ref: rows[1].id,
          currency: "USD",
          gross: 17_493n,
          fee: -1500n,
          net: 18_993n,
          exchangeRate: null,
          createdAt: time("2026-12-12T07:00:00Z"),
          category: "dispute",
        },
      ],
    });
  });

  test.each([
    ["warning_needs_response", "inquiry"],
    ["warning_under_review", "inquiry"],
    ["warning_closed", "inquiry_closed"],
    ["charge_refunded", "inquiry_closed"],
    ["needs_response", "open"],
    ["under_review", "open"],
    ["appeal_needs_response", "open"],
    ["appeal_under_review", "open"],
    ["won", "won"],
    ["lost", "lost"],
    ["prevented", "prevented"],
  ])("Stripe's status %s is %s, by any type of event", (status, state) => {
    expect(factOf("dispute", withObject(event, { status })).state).toBe(state);
    const created = { ...withObject(event, { status }), type: "charge.dispute.created" };
    expect(factOf("dispute", created).state).toBe(state);
  });

  test("that is only asked about has no rows", () => {
    const inquiry = factOf("dispute", fixture("charge.dispute.created/inquiry-2020"));
    expect([inquiry.state, inquiry.rows]).toEqual(["inquiry", []]);
  });
});

describe("a row of the balance", () => {
  test("of a charge, at a rate of Stripe's own", () => {
    const event = fixture("balance_transaction.created/euro-in-dollars-endive");
    const { id, source } = event.data.object;
    expect(factOf("balance_row", event)).toEqual({
      kind: "balance_row",
      stamp: stampOf(event),
      ref: id,
      sourceRef: source,
      chargeRef: null,
      row: {
        ref: id,
        currency: "USD",
        gross: 11_342n,
        fee: 359n,
        net: 10_983n,
        exchangeRate: "1.1342",
        createdAt: time("2026-11-05T10:00:00Z"),
        category: "payment",
      },
    });
  });

  test.each([
    [1.1342, "1.1342"],
    [110, "110"],
    [1e-7, null],
    [null, null],
  ])("at a rate of %j keeps it as %j", (rate, expected) => {
    const event = withObject(fixture("balance_transaction.created/renewal-basil"), { exchange_rate: rate });
    expect(factOf("balance_row", event).row.exchangeRate).toBe(expected);
  });

  const row = fixture("balance_transaction.created/renewal-basil");
  const without = { reporting_category: undefined, type: undefined };

  test.each<[category: string, source: string | null, kind: string, meaning: string | null]>([
    ["charge", "ch_1", "balance_row", null],
    ["charge_failure", "pyr_1", "balance_row", null],
    ["refund", "re_1", "balance_row", null],
    ["refund_failure", "re_1", "balance_row", null],
    ["partial_capture_reversal", "ch_1", "balance_row", null],
    ["dispute", "du_1", "balance_row", null],
    ["dispute_reversal", "du_1", "balance_row", null],
    ["payout", "po_1", "payout_row", null],
    ["payout_reversal", "po_1", "payout_row", null],
    ["fee", null, "provider_row", "fee"],
    ["network_cost", null, "provider_row", "fee"],
    ["tax", null, "provider_row", "fee"],
    ["fee", "dp_1", "balance_row", null],
    ["network_cost", "du_1", "balance_row", null],
    ["risk_reserved_funds", "rsv_1", "provider_row", "reserve"],
    ["connect_reserved_funds", null, "provider_row", "reserve"],
    ["minimum_balance_hold", null, "provider_row", "reserve"],
    ["topup", "tu_1", "provider_row", "unplaced"],
    ["transfer", "tr_1", "provider_row", "unplaced"],
    ["other_adjustment", null, "provider_row", "unplaced"],
    ["a category of next year", null, "provider_row", "unplaced"],
    ["charge", null, "provider_row", "unplaced"],
    ["payout", null, "provider_row", "unplaced"],
  ])("of category %s and source %s is a %s: %s", (category, source, kind, meaning) => {
    const said = factsOf(withObject(row, { ...without, reporting_category: category, source }));
    expect(said).toMatchObject([{ kind, ...(meaning === null ? {} : { meaning, category }) }]);
  });

  test.each<[type: string, source: string | null, category: string]>([
    ["payment", "py_1", "charge"],
    ["payment_failure_refund", "pyr_1", "charge_failure"],
    ["adjustment", "dp_1", "dispute"],
    ["adjustment", "du_1", "dispute"],
    ["adjustment", "re_1", "refund_failure"],
    ["adjustment", null, "other_adjustment"],
    ["payout_failure", "po_1", "payout_reversal"],
    ["payout_cancel", "po_1", "payout_reversal"],
    ["stripe_fee", null, "fee"],
    ["tax_fee", null, "tax"],
    ["reserve_transaction", null, "risk_reserved_funds"],
    ["transfer_failure", "tr_1", "transfer_reversal"],
    ["topup", "tu_1", "topup"],
  ])("of type %s and source %s is one of category %s", (type, source, category) => {
    const [byType, byCategory] = [{ type }, { reporting_category: category }].map((named) =>
      normalised(withObject(row, { ...without, ...named, source })),
    );
    expect(byType).toEqual(byCategory);
  });

  test.each([
    ["charge", "ch_1", "payment"],
    ["charge_failure", "ch_1", "failure"],
    ["refund", "re_1", "refund"],
    ["refund_failure", "re_1", "failure"],
    ["partial_capture_reversal", "re_1", "release"],
    ["dispute_reversal", "dp_1", "dispute"],
  ])("of category %s is to %s its %s", (category, source, meaning) => {
    const said = factOf("balance_row", withObject(row, { ...without, reporting_category: category, source }));
    expect([said.sourceRef, said.chargeRef, said.row.category]).toEqual([source, null, meaning]);
  });

  test.each([
    ["re_1", "ch_1", "re_1"],
    [null, "ch_1", "ch_1"],
  ])("of source %s beside charge %s is about %s, and names the charge", (source, charge, about) => {
    const said = factOf("balance_row", withObject(row, { source, charge }));
    expect([said.sourceRef, said.chargeRef]).toEqual([about, charge]);
  });

  test("that settles no charge says what moved, in which balance, and when", () => {
    const event = fixture("balance_transaction.created/topup-endive");
    expect(factsOf(event)).toEqual([
      {
        kind: "provider_row",
        stamp: { ...stampOf(event), occurredAt: time("2026-11-12T09:00:00Z") },
        ref: event.data.object.id,
        meaning: "unplaced",
        category: "topup",
        balanceName: "balance",
        sourceRef: event.data.object.source,
        currency: "USD",
        gross: 100_000n,
        fee: 0n,
        net: 100_000n,
      },
    ]);
  });

  test.each([
    ["risk_reserved", "reserve"],
    ["issuing", "issuing"],
    ["refund_and_dispute_prefunding", "prefunding"],
    [undefined, "balance"],
  ])("of balance %s moves our %s", (balance_type, balanceName) => {
    const fee = fixture("balance_transaction.created/billing-fee-endive");
    expect(factsOf(withObject(fee, { balance_type }))).toMatchObject([{ balanceName }]);
  });

  test("of a balance that nobody has heard of waits", () => {
    const fee = fixture("balance_transaction.created/billing-fee-endive");
    expect(normalised(withObject(fee, { balance_type: "gift_cards" }))).toMatchObject({
      kind: "parked",
      reason: "unknown_balance",
    });
  });

  test("that says neither category nor type waits", () => {
    expect(normalised(withObject(row, without))).toMatchObject({ kind: "parked", reason: "schema_invalid" });
  });

  test.each(["fee", "payout", "charge"])("of category %s whose net does not add up waits", (category) => {
    expect(normalised(withObject(row, { reporting_category: category, net: 1 }))).toMatchObject({
      kind: "parked",
      reason: "balance_row_net",
    });
  });
});

describe("a payout", () => {
  test.each([
    ["created", "pending", null],
    ["updated", "in_transit", null],
    ["paid", "paid", "8471029384"],
    ["reconciliation_completed", "paid", "8471029384"],
    ["failed", "failed", null],
  ])("payout.%s is %s", (name, status, remittanceRef) => {
    const event = fixture(`payout.${name}/november`);
    expect(factOf("payout", event)).toEqual({
      kind: "payout",
      stamp: stampOf(event),
      ref: event.data.object.id,
      status,
      amount: 250_000n,
      currency: "USD",
      remittanceRef,
      createdAt: time("2026-11-12T07:00:00Z"),
      arrivalOn: time("2026-11-14T00:00:00Z"),
    });
  });

  test("is negative where Stripe takes from our bank, and can be canceled", () => {
    expect(factOf("payout", fixture("payout.paid/negative")).amount).toBe(-4200n);
    expect(factOf("payout", fixture("payout.canceled/canceled")).status).toBe("canceled");
  });
});
