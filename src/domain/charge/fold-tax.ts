import type { CreditNoteFact } from "../facts/linked-facts.ts";
import { type Amount, clamp, floorDivide, maximum, minimum, sum } from "../money.ts";
import { shareOut } from "../policy/shares.ts";
import type { MergedDocument } from "./fold-document.ts";
import type { UntaxedMovement } from "./fold-movements.ts";
import { direction, type Movement } from "./movement.ts";

/** Movements with the tax in them, and the tax in the notes that lowered the document before it was paid. */
export interface Taxed {
  readonly movements: readonly Movement[];
  readonly notesTax: Amount;
}

/**
 * A movement that does not state its tax has its part of the document's. What went back is cut from the running total
 * of it, rounded down: at every moment tax × returned ÷ total is back, and all of it once the whole total is. What is
 * stated comes first, the rest in the order of its time. A dispute is not a return of the sale, so those run by themselves.
 *
 * A part holds no more tax than money. What makes the whole drains it, whatever its amount: more tax than its amount where
 * untaxed credit left the total below its tax (its subtotal is then negative), less than none where notes stated too much.
 */
export function withTax(
  movements: readonly UntaxedMovement[],
  document: MergedDocument | null,
  notes: readonly CreditNoteFact[],
): Taxed {
  const whole = { total: document?.value("total") ?? 0n, tax: document?.value("tax") ?? 0n };
  const isOwn = ({ currency, effective }: UntaxedMovement) =>
    effective && currency === document?.latest.currency;
  const returns = movements.filter((one) => isOwn(one) && !isDispute(one));
  const sale = new RunningTax(whole);
  const notesTax = takeNotes(sale, notes, document?.value("creditNotesApplied") ?? 0n, returns);
  const taxes = new Map([
    ...taxesInOrder(sale, returns),
    ...taxesInOrder(
      new RunningTax(whole),
      movements.filter((one) => isOwn(one) && isDispute(one)),
    ),
  ]);
  const taxOf = (one: UntaxedMovement) => taxes.get(one.ref) ?? new RunningTax(whole).add(one.amount);
  return {
    movements: movements.map((one) => {
      const tax = one.tax ?? (one.currency === document?.latest.currency ? taxOf(one) : 0n);
      return { ...one, tax, subtotal: one.subtotal ?? one.amount - tax };
    }),
    notesTax,
  };
}

const isDispute = ({ kind }: UntaxedMovement) => kind === "dispute" || kind === "dispute_reversal";

/** What is stated counts before anything that is cut from the running total. */
function takeNotes(
  sale: RunningTax,
  notes: readonly CreditNoteFact[],
  applied: Amount,
  returns: readonly UntaxedMovement[],
): Amount {
  for (const { kind, amount, tax } of returns) if (tax !== null) sale.state(direction(kind), amount, tax);
  const stated = notes.filter(({ tax, beforePayment }) => tax !== null && (beforePayment ?? 0n) > 0n);
  const statedTax = sum(stated.map(beforePaymentTax));
  const statedAmount = sum(stated.map(({ beforePayment }) => beforePayment ?? 0n));
  sale.state(1n, statedAmount, statedTax);
  return statedTax + sale.add(maximum(applied - statedAmount, 0n));
}

function beforePaymentTax({ tax, total, beforePayment }: CreditNoteFact): Amount {
  const before = beforePayment ?? 0n;
  if (before >= total) return tax ?? 0n;
  return shareOut(tax ?? 0n, [before, total - before], total)[0] as Amount;
}

function taxesInOrder(running: RunningTax, movements: readonly UntaxedMovement[]): [string, Amount][] {
  const unstated = movements.filter(({ tax }) => tax === null);
  return unstated.toSorted(byTime).map((one) => {
    const sign = direction(one.kind);
    return [one.ref, sign * running.add(sign * one.amount)];
  });
}

function byTime(a: UntaxedMovement, b: UntaxedMovement): number {
  if (a.occurredAt !== b.occurredAt) return a.occurredAt < b.occurredAt ? -1 : 1;
  return a.ref < b.ref ? -1 : 1;
}

/** How much of a document's total went back so far, and how much of its tax with it. */
class RunningTax {
  readonly #total: Amount;
  readonly #tax: Amount;
  #returned = 0n;
  #taxBack = 0n;

  constructor({ total, tax }: { readonly total: Amount; readonly tax: Amount }) {
    this.#total = total;
    this.#tax = tax;
  }

  /** Counts what states its own tax. */
  state(sign: bigint, amount: Amount, tax: Amount): void {
    this.#returned += sign * amount;
    this.#taxBack += sign * tax;
  }

  /** Counts an amount, negative where it came back, and gives the tax in it. */
  add(amount: Amount): Amount {
    if (amount === 0n || this.#total <= 0n) return 0n;
    this.#returned += amount;
    const tax = this.#nextTax(amount);
    this.#taxBack += tax;
    return tax;
  }

  #nextTax(amount: Amount): Amount {
    if (this.#returned <= 0n) return -this.#taxBack;
    if (this.#returned >= this.#total) return this.#tax - this.#taxBack;
    const due = floorDivide(this.#tax * this.#returned, this.#total);
    return clamp(due - this.#taxBack, minimum(amount, 0n), maximum(amount, 0n));
  }
}
