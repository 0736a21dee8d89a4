import type { PaymentAttempt } from "../facts/facts.ts";
import { sum } from "../money.ts";
import { compareInstants } from "../time.ts";
import type { Capture, Charge } from "./charge.ts";
import type { MergedDocument } from "./fold-document.ts";

/** How a document was paid: what the fold of its attempts, or of the payments that are about it, has to say. */
export type PaidPart = Pick<
  Charge,
  "collected" | "collectedEvidence" | "paidAt" | "paymentMethod" | "captures"
>;

/** Of a document that lists its payments itself: distinct captured attempts, else its own word for what is left to pay. */
export function paidByAttempts(document: MergedDocument | null): PaidPart {
  const last = lastCaptured(document?.payments ?? []);
  return {
    ...collectedOf(document),
    paidAt: last?.capturedAt ?? null,
    paymentMethod: last?.method ?? null,
    captures: document?.payments == null ? null : capturesOf(document.payments),
  };
}

function collectedOf(document: MergedDocument | null): Pick<PaidPart, "collected" | "collectedEvidence"> {
  if (document === null) return { collected: null, collectedEvidence: "none" };
  if (document.payments !== null) {
    return {
      collected: sum(captured(document.payments).map((payment) => payment.amount)),
      collectedEvidence: "payments",
    };
  }
  const grandTotal = document.value("grandTotal");
  const balance = document.value("balance");
  if (grandTotal === null || balance === null) return { collected: null, collectedEvidence: "none" };
  return { collected: grandTotal - balance, collectedEvidence: "stated" };
}

const captured = (payments: readonly PaymentAttempt[]) => payments.filter((payment) => payment.captured);

/** An attempt without a time of its own counts with its document. */
function capturesOf(payments: readonly PaymentAttempt[]): Capture[] {
  const dated = captured(payments).flatMap(({ amount, capturedAt }) =>
    capturedAt === null ? [] : [{ amount, capturedAt }],
  );
  return dated.sort((a, b) => compareInstants(a.capturedAt, b.capturedAt));
}

function lastCaptured(payments: readonly PaymentAttempt[]): PaymentAttempt | undefined {
  const order = (payment: PaymentAttempt) => payment.capturedAt ?? 0n;
  return captured(payments).reduce<PaymentAttempt | undefined>(
    (last, payment) => (last === undefined || order(payment) > order(last) ? payment : last),
    undefined,
  );
}
