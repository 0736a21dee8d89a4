import type { BalanceRow } from "../facts/linked-facts.ts";
import { type Amount, absolute, sum } from "../money.ts";
import { shareOut } from "../policy/shares.ts";
import type { LinkedInvoicePayment } from "./linked-invoice-payments.ts";
import type { Payment } from "./placement.ts";

/**
 * What of a payment each of its invoices got: in proportion to the invoice payments, the units that are left over by
 * largest fraction. What one invoice got of a payment that pays no other is all of it.
 */
export function sharesOf(
  payment: Payment,
  invoices: readonly string[],
  invoicePayments: readonly LinkedInvoicePayment[],
  standsAlone: boolean,
): ReadonlyMap<string, Payment> {
  const paid = invoices.map((ref) =>
    sum(
      invoicePayments
        .filter((one) => one.paymentRef === payment.ref && one.invoiceRef === ref)
        .map((one) => one.amount),
    ),
  );
  return new Map(
    invoices.map((ref, index) => [
      ref,
      {
        ...payment,
        standsAlone,
        amount: payment.amount === null ? null : (shared(payment.amount, paid)[index] as Amount),
        row: payment.row === null ? null : (rowParts(payment.row, paid)[index] as BalanceRow),
      },
    ]),
  );
}

/** An amount, also a negative one, over weights; evenly while no weight is known. */
export function shared(amount: Amount, weights: readonly Amount[]): Amount[] {
  const whole = sum(weights);
  const parts =
    whole > 0n
      ? shareOut(absolute(amount), weights, whole)
      : shareOut(
          absolute(amount),
          weights.map(() => 1n),
          BigInt(weights.length),
        );
  return amount < 0n ? parts.map((part) => -part) : parts;
}

/** A balance row over weights: gross and fee are shared, net follows. */
export function rowParts(row: BalanceRow, weights: readonly Amount[]): BalanceRow[] {
  if (weights.length === 1) return [row];
  const gross = shared(row.gross, weights);
  const fee = shared(row.fee, weights);
  const withheld = row.withheldTax === undefined ? null : shared(row.withheldTax, weights);
  return weights.map((_, index) => {
    const [partOfGross, partOfFee] = [gross[index] as Amount, fee[index] as Amount];
    const partOfTax = withheld === null ? {} : { withheldTax: withheld[index] as Amount };
    return { ...row, gross: partOfGross, fee: partOfFee, net: partOfGross - partOfFee, ...partOfTax };
  });
}

/** Which part of what concerns a payment is one charge's. */
export interface Part {
  readonly chargeRef: string;
  /** All invoices the payment pays, with what each was paid of it; a payment alone has one. */
  readonly weights: readonly Amount[];
  readonly index: number;
  readonly invoices: readonly string[];
}

/** The part of a movement's name: none where all of it is one charge's. */
export function partName(ref: string, { weights, chargeRef }: Part): string | null {
  return weights.length === 1 ? null : `${ref}/${chargeRef}`;
}
