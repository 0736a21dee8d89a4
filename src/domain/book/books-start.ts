import type { Charge } from "../charge/charge.ts";
import { direction, type Movement } from "../charge/movement.ts";
import type { MovementKind } from "../facts/facts.ts";
import type { MovementId } from "../ids.ts";
import { sum } from "../money.ts";
import type { Instant } from "../time.ts";

/** Whether something is in the books by when it happened. */
export type InBooks = (at: Instant) => boolean;

/** What happened before the books began is in their opening entry; `null`: they have everything. */
export function inBooksSince(booksStartAt: Instant | null): InBooks {
  return (at) => booksStartAt === null || at >= booksStartAt;
}

const undoing: Partial<Record<MovementKind, MovementKind>> = {
  dispute_reversal: "dispute",
  credit_reversal: "credit",
  refund_reversal: "refund",
};

/**
 * What comes back, since the books began, of what had gone out before: it goes to what they were opened with. A dispute
 * gives back what it withdrew; where none is named (Paddle), what went out first comes back first.
 */
export function returningToOpening({ movements }: Charge, inBooks: InBooks): ReadonlySet<MovementId> {
  const returning = new Set<MovementId>();
  const effective = movements.filter((movement) => movement.effective && !movement.warning);
  const isCost = ({ linked }: Movement) => linked?.row?.category === "fee";
  const about = ({ kind, linked }: Movement) => linked?.disputeRef ?? undoing[kind] ?? kind;
  for (const own of Map.groupBy(effective, about).values()) {
    const earlier = own.filter((movement) => !inBooks(movement.occurredAt) && !isCost(movement));
    if (earlier.length === 0) continue;
    let left = sum(earlier.map(({ kind, amount }) => direction(kind) * amount));
    const backs = own.filter(({ kind, occurredAt }) => direction(kind) < 0n && inBooks(occurredAt));
    for (const back of backs.toSorted((a, b) => (a.occurredAt < b.occurredAt ? -1 : 1))) {
      if (back.amount > left) continue;
      left -= back.amount;
      returning.add(back.id);
    }
  }
  return returning;
}
