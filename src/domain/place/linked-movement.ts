import type { LinkedMovement, MovementFact } from "../facts/facts.ts";

/** What differs between a refund, a dispute's row and a part of a note. */
type Told = Pick<
  MovementFact,
  | "stamp"
  | "ref"
  | "chargeRef"
  | "movement"
  | "status"
  | "currency"
  | "amount"
  | "tax"
  | "reason"
  | "createdAt"
> &
  Partial<Pick<MovementFact, "toCustomerBalance" | "lines" | "customerRef">> & {
    readonly linked: Partial<LinkedMovement>;
  };

/** A movement that an object of its own tells: it states no fee, and its tax only where a note does. */
export function linkedMovement({ linked, ...told }: Told): MovementFact {
  return {
    kind: "movement",
    warning: false,
    toCustomerBalance: null,
    lines: [],
    customerRef: null,
    ...told,
    subtotal: told.tax === null ? null : told.amount - told.tax,
    fee: null,
    earnings: null,
    payout: null,
    linked: {
      disputeRef: null,
      outside: false,
      row: null,
      part: null,
      estimated: false,
      endsExchange: false,
      undoneRow: null,
      ...linked,
    },
  };
}
