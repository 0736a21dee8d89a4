import type { Instant } from "../../domain/time.ts";
import { seconds } from "../calendar.ts";
import type { Random } from "../random.ts";
import { Adjustment, spread } from "./adjustment.ts";
import type { PaddleCompany } from "./company.ts";
import type { PaddleCustomer } from "./customer.ts";
import type { Transaction } from "./transaction.ts";

/** In the era of credits: the unused part of a plan goes to the customer's credit, as an adjustment of what paid for it. */
export function giveCredit(
  company: PaddleCompany,
  random: Random,
  transaction: Transaction,
  amount: bigint,
  at: Instant,
): Adjustment | null {
  if (amount === 0n) return null;
  const createdAt = at - seconds(1);
  const adjustment = new Adjustment(
    {
      id: company.id("adj", createdAt),
      action: "credit",
      transaction,
      createdAt,
      reason: "subscription_recurring",
      items: spread(transaction, amount, "proration", () => company.id("adjitm", createdAt)),
      toBalance: true,
      retainedFee: 0n,
      disputeFee: 0n,
    },
    // Recorded ones are spent while they still wait for an approval that nobody speaks of again.
    random.chance(0.2) ? "pending_approval" : "approved",
  );
  add(company, transaction, adjustment);
  company.move({ kind: "adjustment", at: createdAt, adjustment, undone: false });
  company.sayAdjustment("created", createdAt + seconds(0.4), adjustment);
  return adjustment;
}

/** It was given by mistake: what is left of it is taken out of the customer's credit again. */
export function takeCreditBack(
  company: PaddleCompany,
  customer: PaddleCustomer,
  { terms, totals }: Adjustment,
  at: Instant,
): void {
  const amount = customer.credit < totals.total ? customer.credit : totals.total;
  if (amount === 0n) return;
  const adjustment = new Adjustment(
    {
      ...terms,
      id: company.id("adj", at),
      action: "credit_reverse",
      createdAt: at,
      reason: "Given by mistake",
      items: spread(terms.transaction, amount, "partial", () => company.id("adjitm", at)),
    },
    "approved",
  );
  customer.credit -= amount;
  add(company, terms.transaction, adjustment);
  company.move({ kind: "adjustment", at, adjustment, undone: false });
  company.sayAdjustment("created", at + seconds(0.4), adjustment);
}

/** Of an invoice that is not paid yet: less of it is due. It is booked with the invoice. */
export function lowerInvoice(
  company: PaddleCompany,
  random: Random,
  transaction: Transaction,
  at: Instant,
): void {
  const amount = (transaction.totals.total * BigInt(random.integer(5, 30))) / 100n;
  const adjustment = new Adjustment(
    {
      id: company.id("adj", at),
      action: "credit",
      transaction,
      createdAt: at,
      reason: "Billed too much",
      items: spread(transaction, amount, "partial", () => company.id("adjitm", at)),
      toBalance: false,
      retainedFee: 0n,
      disputeFee: 0n,
    },
    "approved",
  );
  add(company, transaction, adjustment);
  company.sayAdjustment("created", at + seconds(1), adjustment);
}

function add(company: PaddleCompany, transaction: Transaction, adjustment: Adjustment): void {
  transaction.adjustments = [...transaction.adjustments, adjustment];
  company.adjustments.push(adjustment);
}
