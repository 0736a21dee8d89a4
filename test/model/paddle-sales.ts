import type { PaddleEvent } from "../support/paddle-history.ts";
import type { Return, Sale } from "./sale.ts";

/** What happened in a Paddle history, taken from its events in the order in which they happened: the last word counts. */
export function paddleSales(events: readonly PaddleEvent[]): Sale[] {
  const of = (type: string) => events.filter((event) => event.event_type.startsWith(type)).map(bodyOf);
  const adjustments = [...Map.groupBy(of("adjustment."), (body) => body.id).values()];
  const transactions = [...Map.groupBy(of("transaction."), (body) => body.id).values()];
  return transactions.map((said) => {
    const own = adjustments.filter((each) => each[0]?.transaction_id === said[0]?.id);
    return saleOf(said, own);
  });
}

/** What of the bodies is of interest here. */
interface Body {
  readonly id: string;
  readonly transaction_id: string;
  readonly customer_id: string;
  readonly status: string;
  readonly action: string;
  readonly credit_applied_to_balance: boolean | null;
  readonly totals: Record<string, string>;
  readonly details: { readonly totals: Record<string, string> };
  readonly payments: readonly { payment_attempt_id: string; status: string; amount: string }[];
}

function bodyOf(event: PaddleEvent): Body {
  return event.data as unknown as Body;
}

function saleOf(said: readonly Body[], adjustments: readonly (readonly Body[])[]): Sale {
  const last = said.at(-1) as Body;
  const amount = (name: string) => BigInt(last.details.totals[name] ?? "0");
  const captured = last.payments.filter((payment) => payment.status === "captured");
  const attempts = new Map(captured.map((payment) => [payment.payment_attempt_id, BigInt(payment.amount)]));
  const lowering = adjustments.find(([first]) => first?.credit_applied_to_balance === false)?.at(-1);
  const others = adjustments.filter(([first]) => first?.id !== lowering?.id);
  return {
    provider: "paddle",
    refs: [last.id],
    customerRef: last.customer_id,
    stage: last.status === "canceled" ? "void" : "paid",
    tax: amount("tax"),
    total: amount("total"),
    creditUsed: amount("credit") - amount("credit_to_balance"),
    lowered: lowering === undefined ? { amount: 0n, tax: 0n } : partOf(lowering),
    payments: [...attempts.values()].map((amount) => ({ amount, fee: null })),
    outside: 0n,
    overpaid: 0n,
    returns: others.flatMap((told) => returnOf(told, others)),
  };
}

/** A `…_reverse` is no return of its own: it undoes the one it is about. A warning moves no money that we know of. */
function returnOf(told: readonly Body[], all: readonly (readonly Body[])[]): Return[] {
  const { id, action, status } = told.at(-1) as Body;
  if (action.endsWith("_reverse") || action === "chargeback_warning") return [];
  const isReversed = all.some(([other]) => other?.id === `${id}r`);
  const stands = { refund: status === "approved", credit: status !== "rejected" && !isReversed }[action];
  const kind = action === "chargeback" ? "dispute" : (action as "refund" | "credit");
  return [{ kind, ...partOf(told.at(-1) as Body), stands: stands ?? !isReversed, fee: null }];
}

function partOf({ totals }: Body) {
  return { amount: BigInt(totals.total ?? "0"), tax: BigInt(totals.tax ?? "0") };
}
