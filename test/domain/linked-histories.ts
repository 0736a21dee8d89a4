import fc from "fast-check";
import type { ChargeFact, Stage } from "../../src/domain/facts/facts.ts";
import { type DisputeState, disputeStates } from "../../src/domain/facts/linked-facts.ts";
import { eventId } from "../../src/domain/ids.ts";
import { line } from "./build.ts";
import {
  charged,
  dispute,
  invoice,
  note,
  paidWith,
  refund,
  row,
  settles,
  stripeKey,
} from "./build-invoices.ts";

/** Facts about two invoices and three payments, as little agreeing with each other as may be. */

const amount = fc.bigInt({ min: 0n, max: 5000n });
const signed = fc.bigInt({ min: -5000n, max: 5000n });
const orNull = <Value>(of: fc.Arbitrary<Value>) => fc.option(of, { nil: null });
const on = fc.integer({ min: 0, max: 5 });
const currency = fc.constantFrom("USD", "USD", "USD", "USD", "EUR");
const number = fc.constantFrom(1, 2, 3);
const invoiceRef = fc.constantFrom("in_1", "in_2");
const refsOf = (which: number) => ({ intentRef: `pi_${which}`, chargeRef: `ch_${which}` });
/** A payment, and all that is about it, is in one currency for ever. */
const currencyOf = (which: number) => (which === 3 ? "EUR" : "USD");

const invoices = fc
  .record({
    ref: invoiceRef,
    on,
    stage: fc.constantFrom<Stage>("draft", "open", "uncollectible", "void", "paid", "paid", "paid"),
    total: signed,
    tax: fc.bigInt({ min: 0n, max: 400n }),
    discount: fc.bigInt({ min: 0n, max: 400n }),
    credit: signed,
    rest: signed,
    notes: fc.constantFrom(0n, 0n, 300n),
    customerRef: fc.constantFrom("cus_1", "cus_1", null),
    startingBalance: orNull(signed),
    endingBalance: orNull(signed),
    amountPaid: orNull(amount),
    overpaid: fc.constantFrom(null, 0n, 70n),
    saysOutside: fc.constantFrom(null, null, true, false),
    payment: fc.oneof(fc.constant(null), fc.constant("none" as const), number.map(refsOf)),
  })
  .map((drawn) => {
    const { startingBalance, endingBalance, amountPaid, overpaid, saysOutside, payment, ...of } = drawn;
    const { total, tax, discount, credit, rest, ...words } = of;
    const lines = [
      line("a", total, { tax, discount }),
      ...(credit < 0n ? [line("b", credit)] : []),
      ...(rest > 0n ? [line("c", rest)] : []),
    ];
    const terms = { startingBalance, endingBalance, amountPaid, overpaid, saysOutside, payment };
    return invoice({ ...words, lines, terms });
  });

const payments = fc
  .record({
    which: number,
    on,
    amount,
    status: fc.constantFrom("pending", "succeeded", "succeeded", "failed", "canceled"),
    invoiceRef: fc.oneof(
      fc.constant(null),
      fc.constant("none" as const),
      invoiceRef.map((ref) => ({ ref })),
    ),
    amountRefunded: orNull(amount),
  })
  .map(({ which, amount, ...of }) =>
    charged(amount, { ref: `ch_${which}`, refs: refsOf(which), currency: currencyOf(which), ...of }),
  );

const invoicePayments = fc
  .record({
    which: number,
    on,
    invoiceRef,
    amount,
    status: fc.constantFrom("open", "paid", "paid", "canceled"),
    payer: fc.constantFrom(1, 1, 2, 2, 3, null),
  })
  .map(({ which, amount, payer, ...of }) =>
    paidWith(amount, {
      ref: `inpay_${of.invoiceRef}_${which}`,
      payment: payer === null ? "outside" : refsOf(payer),
      currency: currencyOf(payer ?? 1),
      ...of,
    }),
  );

const refunds = fc
  .record({
    which: number,
    payer: number,
    on,
    amount,
    status: fc.constantFrom("pending", "succeeded", "succeeded", "failed", "canceled"),
  })
  .map(({ which, payer, amount, ...of }) =>
    refund(amount, {
      ref: `re_${payer}_${which}`,
      payment: refsOf(payer),
      currency: currencyOf(payer),
      ...of,
    }),
  );

const rows = fc.record({ gross: signed, fee: fc.bigInt({ min: -200n, max: 200n }), currency });

const settlements = fc
  .record({ source: fc.constantFrom("ch_1", "ch_2", "ch_3", "re_1_1", "re_2_1"), on, row: rows })
  .map(({ source, row: { gross, fee, currency } }) =>
    settles(source, row(`txn_${source}`, gross, fee, { currency })),
  );

const disputes = fc
  .record({
    which: number,
    on,
    state: fc.constantFrom<DisputeState>(...disputeStates),
    amount,
    rows: fc.array(rows, { maxLength: 3 }),
  })
  .map(({ which, amount, rows, ...of }) =>
    dispute(amount, {
      ref: `dp_${which}`,
      payment: refsOf(which),
      currency: currencyOf(which),
      rows: rows.map(({ gross, fee, currency }, index) =>
        row(`txn_dp_${which}_${index}`, gross, fee, { currency }),
      ),
      ...of,
    }),
  );

const notes = fc
  .record({
    which: number,
    on,
    invoiceRef,
    total: amount,
    tax: orNull(fc.bigInt({ min: 0n, max: 100n })),
    status: fc.constantFrom("issued", "issued", "void"),
    customerRef: fc.constantFrom("cus_1", null),
    part: fc.constantFrom("beforePayment", "credited", "givenOutside", "refund"),
  })
  .map(({ which, total, part, ...of }) =>
    note(total, {
      ref: `cn_${which}`,
      ...(part === "beforePayment" ? { beforePayment: total } : {}),
      ...(part === "givenOutside" ? { givenOutside: total } : {}),
      ...(part === "refund" ? { refunds: [{ ref: `re_${which}_1`, amount: total }] } : {}),
      ...of,
    }),
  );

/** A few facts of all kinds, each told by an event of its own. */
export const linkedFacts: fc.Arbitrary<ChargeFact[]> = fc
  .array(fc.oneof(invoices, invoices, payments, invoicePayments, refunds, settlements, disputes, notes), {
    minLength: 1,
    maxLength: 14,
  })
  .map((facts) =>
    facts.map((fact, index) => {
      const { occurredAt } = fact.stamp;
      return { ...fact, stamp: { occurredAt, eventId: eventId(stripeKey(""), `evt_${index}`) } };
    }),
  );
