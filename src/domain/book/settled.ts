import type { Charge } from "../charge/charge.ts";
import type { Movement } from "../charge/movement.ts";
import type { Amount } from "../money.ts";

/**
 * What the provider settles with us for a charge or a movement, as it changes our balance: what leaves is negative, and so is
 * a fee that comes back. net = gross − tax − fee − dispute fee, where what is `null` counts as 0; the sums of all rows are
 * what the accounts of the balance and of each kind of fee hold.
 */
export interface Settled {
  readonly currency: string;
  readonly gross: Amount;
  /** What the provider withholds; `null` where we are the seller, and the tax comes to us. */
  readonly tax: Amount | null;
  /** All that goes to `expenses:fees`. */
  readonly fee: Amount | null;
  /** Of the fee, where it is stated: what the provider takes for an exchange, and what of a fee it keeps. */
  readonly fxFee: Amount | null;
  readonly retainedFee: Amount | null;
  /** What a dispute costs by itself. */
  readonly disputeFee: Amount | null;
  readonly net: Amount | null;
  readonly exchangeRate: string | null;
}

/** The keys of the rows by which the provider settles it: those of its payments, or its own name where it is settled as a whole. */
export function rowsSettling(one: Charge | Movement): string[] {
  if ("chargeId" in one) {
    const { linked, ref } = one;
    return linked === null ? [ref] : [linked.row?.ref ?? []].flat();
  }
  return one.linked === null ? [one.key.ref] : one.linked.receipts.flatMap(({ row }) => row?.ref ?? []);
}

/** What a row has of it that is not stated, or cannot be. */
export const unstated = { tax: null, fxFee: null, retainedFee: null, exchangeRate: null } as const;
