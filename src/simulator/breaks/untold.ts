import { payoutCurrency } from "../catalogue.ts";
import type { Emission } from "../emission.ts";
import type { Adjustment } from "../paddle/adjustment.ts";
import type { Transaction } from "../paddle/transaction.ts";
import type { Restatement } from "../restatement.ts";
import type { Invoice } from "../stripe/invoice.ts";
import type { Payment, Refund } from "../stripe/payment.ts";
import type { World } from "../world.ts";
import {
  paidRows,
  plainInvoices,
  plainRefunds,
  plainSales,
  plainTransactions,
  remittanceOf,
} from "./candidates.ts";
import type { Plan, PlantedBreak } from "./planted-break.ts";
import { hidden } from "./row-changes.ts";

/** No webhook of a document was delivered; the list has it. */
export function droppedDocuments(world: World): Plan[] {
  return [
    ...plainTransactions(world).map((transaction) => droppedTransaction(world, transaction)),
    ...plainInvoices(world).map(droppedInvoice),
  ];
}

function droppedTransaction(world: World, transaction: Transaction): Plan {
  const { id, currency } = transaction.terms;
  return {
    planted: {
      kind: "dropped_event",
      provider: "paddle",
      level: "completeness",
      discrepancy: "charge_missing",
      key: id,
      currency,
      amount: transaction.grandTotal,
      echoes: settlementEchoes(id, remittanceOf(world, transaction)),
    },
    touches: [id],
    isSilent: names(id),
    stated: [],
    before: [hide("paddle", "transactions", id), hide("paddle", "payout_reconciliation", id)],
  };
}

/** Its payment is told: what is missing is what was paid for. */
function droppedInvoice(invoice: Invoice): Plan {
  const { id, taxation } = invoice.terms;
  return {
    planted: {
      kind: "dropped_event",
      provider: "stripe",
      level: "completeness",
      discrepancy: "charge_missing",
      key: id,
      currency: taxation.currency,
      amount: invoice.amountDue,
      echoes: invoice.payments.flatMap(({ row, terms }) => [
        { level: "completeness" as const, key: terms.chargeRef },
        ...settlementEchoes(row?.id ?? "", null),
      ]),
    },
    touches: [id, ...invoice.payments.flatMap(({ row }) => row?.id ?? [])],
    isSilent: ({ type, body }) => type.startsWith("invoice.") && body.includes(`"${id}"`),
    stated: [],
    before: [hide("stripe", "invoices", id)],
  };
}

/** No webhook of a refund was delivered; the list has it. */
export function missingRefunds(world: World): Plan[] {
  const refunds = world.paddle.adjustments.filter(
    ({ terms, status }) =>
      terms.action === "refund" &&
      status === "approved" &&
      terms.transaction.adjustments.length === 1 &&
      terms.items.every(({ type }) => type !== "tax"),
  );
  return [
    ...refunds.map((refund) => missingAdjustment(world, refund)),
    ...plainRefunds(world).map(missingStripeRefund),
  ];
}

function missingAdjustment(world: World, { terms, totals }: Adjustment): Plan {
  const { id, transaction } = terms;
  const moved = world.paddle.movements.find(
    (movement) => movement.kind === "adjustment" && movement.adjustment.terms.id === id,
  );
  const payout = world.paddle.payouts.find(({ cutAt }) => moved !== undefined && moved.at < cutAt);
  return {
    planted: {
      kind: "missing_refund",
      provider: "paddle",
      level: "completeness",
      discrepancy: "movement_missing",
      key: id,
      currency: transaction.terms.currency,
      amount: totals.total,
      echoes: settlementEchoes(id, payout?.remittanceReference ?? null),
    },
    touches: [id, transaction.terms.id],
    isSilent: names(id),
    stated: [],
    before: [hide("paddle", "adjustments", id), hide("paddle", "payout_reconciliation", id)],
  };
}

function missingStripeRefund({ id, amount, payment, row }: Refund): Plan {
  const { chargeRef, currency } = payment.terms;
  const rowId = row?.id ?? "";
  const isRefundOfCharge = ({ type, body }: Emission) =>
    type === "charge.refunded" && body.includes(`"${chargeRef}"`);
  return {
    planted: {
      kind: "missing_refund",
      provider: "stripe",
      level: "completeness",
      discrepancy: "movement_missing",
      key: id,
      currency,
      amount,
      echoes: settlementEchoes(rowId, null),
    },
    touches: [id, chargeRef, rowId, payment.row?.id ?? chargeRef, payment.invoice?.terms.id ?? chargeRef],
    isSilent: (emission) => names(id)(emission) || isRefundOfCharge(emission),
    stated: [],
    before: [
      hide("stripe", "refunds", id),
      hide("stripe", "balance_transactions", rowId),
      {
        ...hide("stripe", "charges", chargeRef),
        restate: (charge) => [{ ...charge, amount_refunded: 0, refunded: false }],
      },
    ],
  };
}

/** A row in a payout for something that nobody was ever told, and that is in no list yet. */
export function unattributedRows(world: World): Plan[] {
  const transactions = plainTransactions(world).flatMap((transaction) => {
    const remittance = remittanceOf(world, transaction);
    return remittance === null ? [] : [unattributedTransaction(transaction, remittance)];
  });
  const payouts = new Map(paidRows(world).map(({ row, payout }) => [row.id, payout.id]));
  const sales = plainSales(world).flatMap((payment) => {
    const payout = payouts.get(payment.row?.id ?? "");
    return payout === undefined ? [] : [unattributedSale(payment, payout)];
  });
  return [...transactions, ...sales];
}

function unattributedTransaction(transaction: Transaction, remittance: string): Plan {
  const { id } = transaction.terms;
  return {
    planted: {
      kind: "unattributed_payout_row",
      provider: "paddle",
      level: "settlement",
      discrepancy: "row_unattributed",
      key: id,
      currency: payoutCurrency,
      amount: transaction.settled?.earnings ?? 0n,
      echoes: settlementEchoes(id, remittance),
    },
    touches: [id],
    isSilent: names(id),
    stated: [hide("paddle", "transactions", id)],
    before: [hide("paddle", "transactions", id), hide("paddle", "payout_reconciliation", id)],
  };
}

function unattributedSale({ terms, row }: Payment, payout: string): Plan {
  const { chargeRef, intentRef, purpose } = terms;
  const rowId = row?.id ?? "";
  const session = purpose.kind === "checkout" ? purpose.checkout.id : "";
  const unlisted = [hide("stripe", "charges", chargeRef), hide("stripe", "checkout/sessions", session)];
  return {
    planted: {
      kind: "unattributed_payout_row",
      provider: "stripe",
      level: "settlement",
      discrepancy: "row_unattributed",
      key: rowId,
      currency: payoutCurrency,
      amount: (row?.gross ?? 0n) - (row?.fee ?? 0n),
      echoes: settlementEchoes(rowId, payout),
    },
    touches: [chargeRef, rowId],
    isSilent: (emission) => names(chargeRef)(emission) || names(intentRef)(emission),
    stated: unlisted,
    before: [...unlisted, hide("stripe", "balance_transactions", rowId)],
  };
}

const names =
  (id: string) =>
  ({ body }: Emission): boolean =>
    body.includes(`"${id}"`);

function hide(provider: Restatement["provider"], list: string, key: string): Restatement {
  return { provider, list, key, restate: hidden };
}

/** Money that moved for something we were not told of. */
function settlementEchoes(row: string, payout: string | null): PlantedBreak["echoes"] {
  return [
    { level: "settlement", key: row },
    { level: "payout", key: row },
    ...(payout === null ? [] : [{ level: "payout" as const, key: payout }]),
    { level: "rollforward", key: null },
  ];
}
