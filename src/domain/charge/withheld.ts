import type { BalanceRow } from "../facts/linked-facts.ts";
import { type Amount, sum } from "../money.ts";
import { shareOut } from "../policy/shares.ts";
import type { Charge, Receipt, Withheld } from "./charge.ts";
import type { Movement } from "./movement.ts";

/** Money, negative where it leaves, and the tax in it. */
interface Taxed {
  readonly currency: string;
  readonly amount: Amount;
  readonly tax: Amount;
}

/**
 * What of the money a row settles is tax that the provider keeps. Its fee says so, or the row has the money without it; where
 * neither is so the tax has come to us, which no sale of the provider's should: that is a finding. In another currency only the fee
 * can say it.
 */
export function withheldBy(row: BalanceRow, { currency, amount, tax }: Taxed): Withheld {
  const fromFee = row.withheldTax ?? 0n;
  if (row.currency !== currency) return { amount: fromFee === 0n ? 0n : tax, fromFee };
  const isWithout = fromFee === 0n && row.gross === amount - tax;
  return { amount: isWithout ? tax : fromFee, fromFee };
}

/** A row as far as it is ours. */
export const ourPartOf = (row: BalanceRow, { fromFee }: Withheld): BalanceRow =>
  fromFee === 0n ? row : { ...row, gross: row.gross - fromFee, fee: row.fee - fromFee };

/** The tax in each receipt, in proportion: together the tax of what was sold. */
export function withTaxOf(
  receipts: readonly Receipt[],
  { currency, tax }: { readonly currency: string; readonly tax: Amount },
): Receipt[] {
  const taxes = taxesIn(receipts, tax);
  return receipts.map((receipt, index) => {
    const { row, amount } = receipt;
    if (row === null) return receipt;
    return { ...receipt, withheld: withheldBy(row, { currency, amount, tax: taxes[index] as Amount }) };
  });
}

function taxesIn(receipts: readonly Receipt[], tax: Amount): Amount[] {
  const amounts = receipts.map(({ amount }) => amount);
  const whole = sum(amounts);
  return whole > 0n && tax > 0n ? shareOut(tax, amounts, whole) : amounts.map(() => 0n);
}

/** Of a movement's row what of it is tax that the provider keeps, or gives back itself. */
export function withheldIn(
  movement: Pick<Movement, "currency" | "amount" | "tax" | "linked">,
  sign: bigint,
  row: BalanceRow,
): Withheld {
  const { currency, amount, tax, linked } = movement;
  if (linked?.providerSells !== true) return nothingWithheld;
  return withheldBy(row, { currency, amount: sign * amount, tax: sign * tax });
}

export const nothingWithheld: Withheld = { amount: 0n, fromFee: 0n };

/** What rows say was kept as tax, and what is tax in the money that they settle. */
export function withheldSums(charge: Charge): { readonly stated: Amount; readonly expected: Amount } {
  const { linked, currency, tax } = charge;
  if (linked?.providerSells !== true) return { stated: 0n, expected: 0n };
  const receipts = linked.receipts;
  const taxes = taxesIn(receipts, (tax ?? 0n) - linked.notesTax);
  const settled = receipts.flatMap(({ withheld }, index) =>
    withheld === undefined ? [] : [{ stated: withheld.amount, expected: taxes[index] as Amount }],
  );
  const returned = charge.movements.flatMap((movement) => {
    const row = movement.linked?.row ?? null;
    const isReturn = movement.kind === "refund" && movement.effective && movement.currency === currency;
    if (!isReturn || row === null) return [];
    return [{ stated: withheldIn(movement, -1n, row).amount, expected: -movement.tax }];
  });
  const all = [...settled, ...returned];
  return { stated: sum(all.map(({ stated }) => stated)), expected: sum(all.map(({ expected }) => expected)) };
}
