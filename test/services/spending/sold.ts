import type { OwnProvider } from "../../../src/domain/ids.ts";
import { adjustmentBody } from "../../support/paddle-bodies.ts";
import { chargeBody, disputeBody, type Row, refundBody } from "../../support/stripe-payment-bodies.ts";
import { eventOf, lineOf, saleOf, transactionEvent } from "../composed.ts";

export type Return = "refund" | "dispute";

/** What a provider tells of one sale, of what it takes back of it, and of that coming back. */
export interface Sold {
  readonly provider: OwnProvider;
  readonly amount: number;
  sold(): object[];
  takenBack(how: Return, amount: number): object[];
  undone(how: Return, amount: number): object[];
}

export function soldByPaddle(index: number, customer: number, amount: number): Sold {
  const sale = saleOf(index, [lineOf(`txnitm_${index}`, "pri_1", amount)], { customer });
  const adjusted = (action: string, status: string, part: number, day: number) => {
    const named = [{ line: 0, amount: part }];
    const of = { action, status, amount: part, named, taxOnly: false, toBalance: null };
    const id = `adj_${index}${action.endsWith("_reverse") ? "r" : ""}`;
    const at = `2026-01-0${day}T00:00:00Z`;
    const body = { ...adjustmentBody(sale, { id, ...of }), updated_at: at };
    return { ...eventOf("adjustment.updated", `${id}_${status}`, body), occurred_at: at };
  };
  return {
    provider: "paddle",
    amount,
    sold: () => [transactionEvent(sale)],
    takenBack: (how, part) => [adjusted(how === "refund" ? how : "chargeback", "approved", part, 5)],
    undone: (how, part) =>
      how === "refund"
        ? [adjusted("refund", "reversed", part, 6)]
        : [adjusted("chargeback_reverse", "approved", part, 6), adjusted("chargeback", "reversed", part, 6)],
  };
}

/** A charge that says it has no invoice. */
export function soldByStripe(index: number, customer: number, amount: number): Sold {
  const payment = { charge: `ch_${index}`, intent: `pi_${index}` };
  const created = 1_767_484_800;
  const row = (id: string, of: Pick<Row, "amount" | "type" | "source">): Row => {
    return { id: `txn_${index}_${id}`, currency: "usd", fee: 0, created, ...of };
  };
  const told = (type: string, name: string, day: number, object: object) => ({
    id: `evt_${index}_${name}`,
    object: "event",
    type,
    api_version: "2020-08-27",
    created: created + day * 86_400,
    livemode: false,
    data: { object },
  });
  const refund = (status: string, day: number, part: number) => {
    const body = refundBody({ id: `re_${index}`, payment, amount: part, status, row: null, created });
    return told("charge.refund.updated", `refund_${status}`, day, body);
  };
  const dispute = (status: string, day: number, part: number) => {
    const id = `dp_${index}`;
    const moved = (name: string, amount: number) => row(name, { amount, type: "adjustment", source: id });
    const rows = [moved("out", -part), ...(status === "won" ? [moved("back", part)] : [])];
    const body = disputeBody({ id, payment, amount: part, status, rows, created });
    const type = `charge.dispute.funds_${status === "won" ? "reinstated" : "withdrawn"}`;
    return told(type, `dispute_${status}`, day, body);
  };
  const paid = {
    ...payment,
    amount,
    refunded: 0,
    customer: `cus_${customer}`,
    created,
    row: null,
    invoice: null,
  };
  return {
    provider: "stripe",
    amount,
    sold: () => [told("charge.succeeded", "paid", 0, chargeBody(paid, "older"))],
    takenBack: (how, part) => [
      how === "refund" ? refund("succeeded", 1, part) : dispute("needs_response", 1, part),
    ],
    undone: (how, part) => [how === "refund" ? refund("failed", 2, part) : dispute("won", 2, part)],
  };
}
